import * as z from "zod";
import type { Callback } from "../callback.ts";
import { defineCallback } from "./plugin.ts";

/** Writes `metrics.jsonl`: a line every `log_every_n_steps` steps and one after each epoch, under Lightning's names. */
export function metricsLog(append: (line: string) => Promise<void>): Callback {
  const write = (values: Record<string, number>) => append(JSON.stringify(values) + "\n");
  return {
    name: "metrics_log",
    stepLogged: (_, { epoch, step, lr, tally }) =>
      write({
        epoch,
        step,
        "train/loss_step": tally.loss,
        "train/acc_top1_step": tally.top1,
        "lr-AdamW": lr,
      }),
    epochEnd(state) {
      const { epoch, step, lr, train, valid, seconds, imagesPerSecond, dataWait } = state.history.at(-1)!;
      const validation = valid &&
        { "val/loss": valid.loss, "val/acc_top1": valid.top1, "val/acc_top5": valid.top5 };
      return write({
        epoch,
        step,
        "train/loss_epoch": train.loss,
        "train/acc_top1": train.top1,
        "train/acc_top5": train.top5,
        ...validation,
        "lr-AdamW": lr,
        seconds,
        images_per_second: imagesPerSecond,
        data_wait: dataWait,
        buffers: state.memory.live,
        peak_bytes: state.memory.peakBytes,
      });
    },
  };
}

/** As a plug-in. */
export const metrics_log = defineCallback({
  options: z.strictObject({}).describe("Writes metrics.jsonl"),
  make: (_, { folder, append }) => metricsLog((line) => append(`${folder}/metrics.jsonl`, line)),
});
