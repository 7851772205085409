import { assert, assertEquals } from "@std/assert";
import { progress } from "../../../src/train/callbacks/progress.ts";
import { barLine } from "../../../src/train/callbacks/progress_bar.ts";
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
function state(record: EpochRecord, bestEpoch?: number, classes = 12): RunState {
  const best = bestEpoch === undefined
    ? undefined
    : { epoch: bestEpoch, path: "best.safetensors", value: .277 };
  const counts = { epoch: record.epoch, batch: 0, batchesPerEpoch: 57, maxEpochs: 200 };
  return { ...counts, history: [record], best, classes: Array(classes) } as unknown as RunState;
}

/** A screen of some width; what it printed, and the live line's maker. */
function screen(columns: number) {
  const lines: string[] = [];
  const live: { make?: ((columns: number) => string) | undefined } = {};
  return {
    lines,
    live,
    screen: {
      columns: () => columns,
      print: (line: string) => void lines.push(line),
      live(make: (columns: number) => string) {
        live.make = make;
        return { update: () => {}, [Symbol.dispose]: () => void (live.make = undefined) };
      },
    },
  };
}

Deno.test("progress() prints aligned columns within 100 characters, and marks the best epoch", async () => {
  const { lines, screen: shown } = screen(Infinity);
  const callback = progress(shown);
  await callback.fitStart?.(state(record));
  await callback.epochEnd?.(state(record, 0));
  await callback.epochEnd?.(state({ ...record, epoch: 99, valid: undefined }, 0));
  assertEquals(lines, [
    "  epoch  train loss    top-1  valid loss    top-1    top-5  images/s  data wait    time",
    "  0/199      2.4822   18.8 %      3.0607   27.7 %  100.0 %      68.4      2.3 %  26.3 s  best",
    " 99/199      2.4822   18.8 %           -        -        -      68.4      2.3 %  26.3 s",
  ]);
});

Deno.test("progress() has no top-5 for so few classes that it is always 100 %", async () => {
  const { lines, screen: shown } = screen(Infinity);
  const callback = progress(shown);
  await callback.fitStart?.(state(record, 0, 5));
  await callback.epochEnd?.(state(record, 0, 5));
  assertEquals(lines, [
    "  epoch  train loss    top-1  valid loss    top-1  images/s  data wait    time",
    "  0/199      2.4822   18.8 %      3.0607   27.7 %      68.4      2.3 %  26.3 s  best",
  ]);
});

Deno.test("progress() leaves out the last columns where a terminal has no room for them", async () => {
  for (let width = 20; width < 110; width++) {
    const { lines, screen: shown } = screen(width);
    const callback = progress(shown);
    await callback.fitStart?.(state(record));
    await callback.epochEnd?.(state(record, 0));
    assert(lines.every(({ length }) => length <= width), `${width}: ${lines[1]}`);
  }
});

Deno.test("progress() takes its bar away when the run ends or is interrupted", async () => {
  for (const hook of ["fitEnd", "save"] as const) {
    const { live, screen: shown } = screen(80);
    const callback = progress(shown);
    await callback.fitStart?.(state(record));
    assertEquals(live.make?.(200), "epoch 0/199  " + "─".repeat(40) + "  0/57");
    await callback[hook]?.(state(record), "interrupted");
    assertEquals(live.make, undefined);
  }
});

const run = { epoch: 2, maxEpochs: 10, batch: 26, batchesPerEpoch: 57 };
const tally = { ...record.train, loss: 1.23456 };
const logged = { ...record, epoch: 2, step: 134, tally, imagesPerSecond: 116.04, dataWait: .009 };

Deno.test("barLine() shows loss, ETA, images/s and data wait, as far as there is room", () => {
  const parts = { state: run, logged, batches: 43, seconds: 43 };
  const line = (width: number) => barLine(parts, width);
  assertEquals(
    line(120),
    "epoch 2/9  " + "━".repeat(18) + "─".repeat(22) +
      "  26/57  loss 1.2346  ETA 0:07:10  116.0 images/s  data wait 0.9 %",
  );
  assertEquals(
    line(80),
    "epoch 2/9  " + "━".repeat(9) + "─".repeat(11) + "  26/57  loss 1.2346  ETA 0:07:10  116.0 images/s",
  );
  assertEquals(line(40), "epoch 2/9  ━━━━─────  26/57  loss 1.2346");
  assertEquals(line(22), "epoch 2/9  26/57");
  for (let width = 0; width < 130; width++) assert(line(width).length <= width);
});

Deno.test("barLine() says when an epoch validates, and nothing that it does not know", () => {
  const parts = { logged: undefined, batches: 0, seconds: 0 };
  assertEquals(barLine({ ...parts, state: { ...run, batch: 0 } }, 30), "epoch 2/9  ─────────────  0/57");
  assertEquals(
    barLine({ ...parts, logged, state: { ...run, batch: 57 } }, 42),
    "epoch 2/9  ━━━━━━━━━━━━  57/57  validating",
  );
});
