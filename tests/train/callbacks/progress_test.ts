import { assertEquals } from "@std/assert";
import { progress } from "../../../src/train/callbacks/progress.ts";
import type { EpochRecord, RunState } from "../../../src/train/run_state.ts";

const record: EpochRecord = {
  epoch: 0,
  step: 57,
  lr: 1e-3,
  train: { loss: 2.48219, top1: .188, top5: .6, rows: 1800 },
  valid: { loss: 3.06071, top1: .277, top5: 1, rows: 300 },
  seconds: 26.31,
  imagesPerSecond: 68.41,
  dataWait: .023,
};

/** The parts of a run's state that the callback reads. */
function state(record: EpochRecord, bestEpoch?: number): RunState {
  const best = bestEpoch === undefined
    ? undefined
    : { epoch: bestEpoch, path: "best.safetensors", value: .277 };
  return { maxEpochs: 200, history: [record], best } as unknown as RunState;
}

Deno.test("progress() prints aligned columns within 100 characters, and marks the best epoch", async () => {
  const lines: string[] = [];
  const callback = progress((line) => lines.push(line));
  await callback.fitStart?.(state(record));
  await callback.epochEnd?.(state(record, 0));
  await callback.epochEnd?.(state({ ...record, epoch: 99, valid: undefined }, 0));
  assertEquals(lines, [
    "  epoch  train loss    top-1  valid loss    top-1    top-5  images/s  data wait    time",
    "  1/200      2.4822   18.8 %      3.0607   27.7 %  100.0 %      68.4      2.3 %  26.3 s  best",
    "100/200      2.4822   18.8 %           -        -        -      68.4      2.3 %  26.3 s",
  ]);
});
