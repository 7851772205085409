import { assert, assertEquals } from "@std/assert";
import { learningRateMonitor } from "../../../src/train/callbacks/learning_rate_monitor.ts";
import { callbacks, makeCallbacks } from "../../../src/train/callbacks/mod.ts";
import { metricsLog } from "../../../src/train/callbacks/metrics_log.ts";
import type { CallbackContext } from "../../../src/train/callbacks/plugin.ts";
import { callEach } from "../../../src/train/callback.ts";
import { type LogRow, RunLog } from "../../../src/train/log.ts";
import type { RunState } from "../../../src/train/run_state.ts";

const train = { loss: 2, top1: .25, top5: .75, rows: 8 };
const pace = { seconds: 2, imagesPerSecond: 4, dataWait: .125 };
const step = { epoch: 1, step: 4, lr: .5, tally: train, ...pace };

/** A run's state, and the rows that its logger is handed. */
function loggedRun(): { state: RunState; rows: LogRow[] } {
  const rows: LogRow[] = [];
  const write = (row: LogRow) => Promise.resolve(void rows.push(row));
  const log = new RunLog([{ name: "test", write, truncateTo: () => Promise.resolve() }]);
  const history = [{ epoch: 1, step: 6, lr: .25, train, valid: { ...train, loss: 1 }, ...pace }];
  const optimizer = { label: "Lion" };
  const state = { log, optimizer, history, memory: { live: 12, peakBytes: 4096 }, maxEpochs: 2, step: 6 };
  return { state: state as unknown as RunState, rows };
}

Deno.test("metricsLog() hands on a row a logged step and one an epoch, under Lightning's names", async () => {
  const { state, rows } = loggedRun();
  const callback = metricsLog();
  await callback.stepLogged?.(state, step);
  await callback.validated?.(state, { epoch: 1, step: 6, tally: { ...train, loss: 1 }, isEpochEnd: true });
  await callback.epochEnd?.(state);
  assertEquals(rows, [
    {
      epoch: 1,
      step: 4,
      scalars: { "train/loss_step": 2, "train/acc_top1_step": .25 },
      timings: { "time/images_per_second": 4, "time/data_wait": .125 },
      images: {},
      texts: {},
    },
    {
      epoch: 1,
      step: 6,
      scalars: {
        "train/loss_epoch": 2,
        "train/acc_top1": .25,
        "train/acc_top5": .75,
        "val/loss": 1,
        "val/acc_top1": .25,
        "val/acc_top5": .75,
      },
      timings: {
        "time/epoch_seconds": 2,
        "time/images_per_second": 4,
        "time/data_wait": .125,
        "memory/buffers": 12,
        "memory/peak_bytes": 4096,
      },
      images: {},
      texts: {},
    },
  ]);
});

Deno.test("what callbacks log is in the row of its epoch, on the same step axis", async () => {
  const { state, rows } = loggedRun();
  const draws = {
    name: "draws",
    epochEnd: ({ log }: RunState) => log.image("confusion_matrix", Uint8Array.of(1)),
  };
  await callEach([draws, metricsLog()], "epochEnd", state);
  assertEquals(rows.map(({ step, images }) => [step, Object.keys(images)]), [[6, ["confusion_matrix"]]]);
});

Deno.test("what is logged at the very end is handed on too", async () => {
  const { state, rows } = loggedRun();
  state.log.text("summary", "done");
  await metricsLog().fitEnd?.(state);
  await metricsLog().fitEnd?.(state);
  assertEquals(rows.map(({ epoch, step, texts }) => [epoch, step, texts]), [[1, 6, { summary: "done" }]]);
});

for (const [interval, logged] of [["step", [.5, undefined]], ["epoch", [undefined, .25]]] as const) {
  Deno.test(`learningRateMonitor() by ${interval} logs the rate under the optimiser's name in those rows only`, async () => {
    const { state, rows } = loggedRun();
    const both = [learningRateMonitor(interval), metricsLog()];
    await callEach(both, "stepLogged", state, step);
    await callEach(both, "epochEnd", state);
    assertEquals(rows.map(({ scalars }) => scalars["lr-Lion"]), [...logged]);
  });
}

Deno.test("learning_rate_monitor without an interval follows the schedule", async () => {
  const { learning_rate_monitor: plugin } = callbacks;
  for (const scheduleInterval of ["step", "epoch"] as const) {
    const { state, rows } = loggedRun();
    const callback = plugin.make(plugin.options.parse({}), { scheduleInterval } as CallbackContext);
    await callEach([callback, metricsLog()], "stepLogged", state, step);
    assertEquals("lr-Lion" in rows[0].scalars, scheduleInterval === "step");
  }
});

Deno.test("rows are handed on before a checkpoint is written", () => {
  const chosen = Object.fromEntries(
    Object.entries(callbacks).map(([name, { options }]) => [name, options.parse({})]),
  );
  const context = { folder: "run", imageSize: 32, scheduleInterval: "step" } as CallbackContext;
  const names = makeCallbacks(chosen, context).map(({ name }) => name);
  const handsOn = names.indexOf("metrics_log");
  for (const name of ["learning_rate_monitor", "confusion_matrix", "sample_predictions", "gradcam"]) {
    assert(names.indexOf(name) < handsOn, `${name} logs into the row of the next epoch`);
  }
  assert(names.indexOf("model_checkpoint") > handsOn);
});
