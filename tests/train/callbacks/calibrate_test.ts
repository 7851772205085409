import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { calibrateCallback } from "../../../src/train/callbacks/calibrate.ts";
import { calibrationNotes, temperatureText } from "../../../src/train/calibration.ts";
import { fitTemperature } from "../../../src/metrics/temperature.ts";
import type { Outputs, RunState, ValidationRecord } from "../../../src/train/run_state.ts";
import { calibration } from "../calibrations.ts";
import { drawnRun, json, randomOutputs } from "./drawn_run.ts";

const anything = {} as ValidationRecord;

/** A run whose validation has images. */
function calibratedRun() {
  const run = drawnRun();
  const samples = [{ name: "valid", counts: [5, 6, 5, 5] }] as const;
  return { ...run, context: { ...run.context, samples, validates: true } };
}

Deno.test("calibrate keeps what the validation of the best weights says", async () => {
  const { state, context, files, lines } = calibratedRun();
  const callback = calibrateCallback(.95, context);
  const best = randomOutputs(60), later = { ...randomOutputs(60), logits: new Float32Array(240) };
  for (const [step, outputs, isBest] of [[5, best, true], [9, later, false]] as const) {
    Object.assign(state, { step, outputs, best: isBest ? { step } : state.best });
    await callback.validated!(state, anything);
    assertEquals(state.calibration?.step, step);
    await callback.save!(state, "epoch");
  }
  const table = json(files.get("run/thresholds.json"));
  assertEquals([table.step, table.images, table.split], [5, 60, "valid"]);
  assertAlmostEquals(table.temperature, fitTemperature(best.logits, best.labels).temperature, 1e-15);
  assert(table.nll.after < table.nll.before);
  assertEquals(table.classes.map(({ label }: { label: string }) => label), state.classes);
  await callback.fitEnd!(state);
  assert(/^calib {3}temperature .* by 60 validation images: calibration error/.test(lines[0]), lines[0]);
  assert(lines[1].includes("60 images are few for a temperature"));
});

Deno.test("calibrate in a resumed run goes on with what it kept", async () => {
  const first = calibratedRun(), before = calibrateCallback(.95, first.context);
  Object.assign(first.state, { outputs: randomOutputs(60), best: { step: 5 } });
  await before.validated!(first.state, anything);
  await before.save!(first.state, "epoch");
  const { state, context, files } = calibratedRun(), resumed = calibrateCallback(.95, context);
  await resumed.load!(JSON.parse(JSON.stringify(before.state!())), state);
  await resumed.fitEnd!(state);
  assertEquals(files.get("run/thresholds.json"), first.files.get("run/thresholds.json"));
});

Deno.test("calibrate says that there is nothing to calibrate by, and leaves no table", async () => {
  const { state, context, files, lines } = drawnRun();
  const callback = calibrateCallback(.95, context);
  await callback.fitStart!(state);
  await callback.save!(state, "epoch");
  await callback.fitEnd!(state);
  assertEquals(files.size, 0);
  assert(lines[0].includes("nothing to calibrate by") && lines[0].includes("data.split.valid=0.1"));
  const limited = calibratedRun();
  await calibrateCallback(.95, { ...limited.context, validates: false }).fitStart!(limited.state);
  assert(/nothing to calibrate by.*trainer\.limit_val_batches=1\.0/.test(limited.lines[0]), limited.lines[0]);
});

Deno.test("calibrate takes no values that are not finite, and no temperature at a bound", () => {
  const { state, context } = calibratedRun(), callback = calibrateCallback(.95, context);
  const outputs = (...logits: number[]) =>
    ({ split: "valid", logits: Float32Array.from(logits), labels: Uint32Array.of(1) }) as Outputs;
  const validated = (given: Outputs): RunState["calibration"] => {
    state.outputs = given;
    callback.validated!(state, anything);
    return state.calibration;
  };
  assertEquals(validated(outputs(0, NaN, 0, 0)), undefined);
  const { temperature, bound, ece } = validated(outputs(0, 3, 0, 0))!;
  assertEquals([temperature, bound], [1, "low"]);
  assertEquals(ece.before, ece.after);
});

Deno.test("A calibration says in words what to know before trusting it", () => {
  assertEquals(temperatureText(calibration()), "temperature 1.25 ± 0.05, by 150 validation images");
  const none = calibration({ temperature: 1, temperature_error: null, bound: "low", images: 30 });
  assert(temperatureText(none).startsWith("no temperature, by 30 validation images: it would be below 0.05"));
  assertEquals(calibrationNotes(calibration()), [
    "1 of 3 classes have no confidence from which 95 % of their answers are right: 02",
    "the thresholds of 1 of 3 classes rest on fewer than 20 answers each: 01",
  ]);
  const unseen = calibration().classes.map((one) => one.label === "02" ? { ...one, images: 0 } : one);
  const [worse, first] = calibrationNotes(calibration({ classes: unseen, ece: { before: .02, after: .03 } }));
  assert(worse.startsWith("the calibration error rose, as "), worse);
  assert(
    /^1 of 3 classes have no threshold, as none of their images were validated: 02; /.test(first),
    first,
  );
});
