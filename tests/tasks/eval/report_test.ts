import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../src/base/errors.ts";
import { calibrationOf } from "../../../src/train/calibration.ts";
import { predictionsCsv, reportLines, reportOf, type Tested } from "../../../src/tasks/eval/report.ts";
import { requireSameClass } from "../../../src/tasks/eval/tta.ts";
import { randomScores } from "../../metrics/random_scores.ts";

const classes = ["00", "01", "02", "03"], tally = { rows: 200, loss: 1, top1: .5, top5: 1 };

/** A test whose file has a temperature and thresholds from other images. */
function tested(isCalibrated: boolean): Tested {
  const [valid, { logits, labels }] = [randomScores(150, 4, 1), randomScores(200, 4, 2)].map((one) => {
    return { ...one, logits: one.logits.map((value) => 3 * value) }; // too sure
  });
  const options = { classes, epoch: 0, step: 9, minPrecision: .5 };
  const outputs = { split: "test", logits, labels, indices: Uint32Array.from(labels.keys()) } as const;
  const files = Array.from(labels, (_, i) => `${i}.png`);
  return {
    classes,
    tally,
    outputs,
    files,
    calibration: isCalibrated ? calibrationOf(valid, options) : undefined,
  };
}

Deno.test("reportOf() has the calibration error before and after, and what the file's thresholds leave", () => {
  const test = tested(true), { report } = reportOf(test);
  const { temperature, classes: thresholds } = test.calibration!;
  assertEquals(report.temperature, temperature);
  assert(report.nll_calibrated! < report.nll);
  const rows = predictionsCsv(test).trim().split("\n").slice(1).map((line) => line.split(","));
  const answered = rows.filter(([, , predicted, confidence]) => {
    const { threshold } = thresholds[classes.indexOf(predicted)];
    return threshold !== null && Number(confidence) >= threshold - 1e-6;
  });
  assertAlmostEquals(report.at_thresholds!.coverage!, answered.length / 200, 1e-12);
  const right = answered.filter(([, truth, predicted]) => truth === predicted).length;
  assertAlmostEquals(report.at_thresholds!.accuracy!, right / answered.length, 1e-12);
  assertEquals(report.selective.at_coverage[0].coverage, 1);
});

Deno.test("reportOf() of a file without a calibration says nothing of one", () => {
  const { report } = reportOf(tested(false));
  const { temperature, ece_calibrated, nll_calibrated, at_thresholds } = report;
  assertEquals([temperature, ece_calibrated, nll_calibrated, at_thresholds], [null, null, null, null]);
  assert(!reportLines(report).some((line) => /temperature|thresholds/.test(line)));
});

Deno.test("reportLines() print coverage against accuracy, and what is never reached", () => {
  const lines = reportLines(reportOf(tested(true)).report), text = lines.join("\n");
  assert(/at temperature \d\.\d\d, of its file: calibration error/.test(text), text);
  assert(/answered +right +confidence\n +100\.0 % /.test(text), text);
  assert(/with the thresholds in its file: [\d.]+ % answered, [\d.]+ % of them right/.test(text), text);
  const wrong = tested(false), labels = wrong.outputs.labels.map(() => 3);
  const logits = wrong.outputs.logits.map((value, i) => i % 4 === 3 ? -9 : value);
  const never = reportLines(reportOf({ ...wrong, outputs: { ...wrong.outputs, labels, logits } }).report);
  assertEquals(never.at(-1), "        at no confidence are 90 % or 95 % or 99 % of the answers right");
});

Deno.test("requireSameClass() refuses to mirror what is another class then", () => {
  assertThrows(
    () => requireSameClass("flip", ["0", "2", "8", "turn_left"], true),
    ConfigError,
    "mirroring changes what 2 of the 4 classes look like: 2, turn_left; give eval.tta=crops",
  );
  assertThrows(() => requireSameClass("flip", ["2", "8"], false), ConfigError, "look like: 2; leave it out");
  requireSameClass("flip", ["cat", "dog"], true);
  requireSameClass("crops", ["2", "5"], true);
  requireSameClass(null, ["2", "5"], true);
});
