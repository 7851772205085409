import { assertEquals } from "@std/assert";
import { metricsLog } from "../../../src/train/callbacks/metrics_log.ts";
import type { RunState } from "../../../src/train/run_state.ts";

const train = { loss: 2, top1: .25, top5: .75, rows: 8 };

Deno.test("metricsLog() writes a JSON line a logged step and one an epoch, under Lightning's names", async () => {
  let text = "";
  const callback = metricsLog((line) => Promise.resolve(void (text += line)));
  const history = [{
    epoch: 1,
    step: 6,
    lr: .5,
    train,
    valid: { ...train, loss: 1 },
    seconds: 2,
    imagesPerSecond: 4,
    dataWait: .125,
  }];
  const state = { history, memory: { live: 12, peakBytes: 4096 } } as unknown as RunState;
  await callback.stepLogged?.(state, { epoch: 1, step: 4, lr: .5, tally: train });
  await callback.epochEnd?.(state);
  assertEquals(text.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    { epoch: 1, step: 4, "train/loss_step": 2, "train/acc_top1_step": .25, "lr-AdamW": .5 },
    {
      epoch: 1,
      step: 6,
      "train/loss_epoch": 2,
      "train/acc_top1": .25,
      "train/acc_top5": .75,
      "val/loss": 1,
      "val/acc_top1": .25,
      "val/acc_top5": .75,
      "lr-AdamW": .5,
      seconds: 2,
      images_per_second: 4,
      data_wait: .125,
      buffers: 12,
      peak_bytes: 4096,
    },
  ]);
});
