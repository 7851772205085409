import type { Callback } from "../callback.ts";
import { outputScalars } from "../output_scalars.ts";

/**
 * Logs the trainer's metrics under Lightning's names and passes the row to the loggers: every `log_every_n_steps`
 * steps, after each epoch, and at the end. Part of every run.
 */
export function metricsLog(): Callback {
  return {
    name: "metrics_log",
    stepLogged({ log }, { epoch, step, tally, imagesPerSecond, dataWait }) {
      log.scalars({ "train/loss_step": tally.loss, "train/acc_top1_step": tally.top1 });
      log.timings({ "time/images_per_second": imagesPerSecond, "time/data_wait": dataWait });
      return log.write(epoch, step);
    },
    validated({ log, outputs }, { epoch, step, tally, isEpochEnd }) {
      log.scalars({ "val/loss": tally.loss, "val/acc_top1": tally.top1, "val/acc_top5": tally.top5 });
      if (outputs) log.scalars(outputScalars("val", outputs));
      return isEpochEnd ? undefined : log.write(epoch, step);
    },
    epochEnd({ log, history, memory }) {
      const { epoch, step, train, seconds, imagesPerSecond, dataWait } = history.at(-1)!;
      log.scalars({
        "train/loss_epoch": train.loss,
        "train/acc_top1": train.top1,
        "train/acc_top5": train.top5,
      });
      log.timings({
        "time/epoch_seconds": seconds,
        "time/images_per_second": imagesPerSecond,
        "time/data_wait": dataWait,
        "memory/buffers": memory.live,
        "memory/peak_bytes": memory.peakBytes,
      });
      return log.write(epoch, step);
    },
    fitEnd: ({ log, maxEpochs, step }) => log.write(maxEpochs - 1, step),
  };
}
