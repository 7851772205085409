import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { calibrationError, reliability } from "../../src/metrics/calibration.ts";
import { inBatches, randomScores, rowOf } from "./random_scores.ts";

Deno.test("calibrationError() is the gap between accuracy and confidence, bin by bin", () => {
  for (const [samples, classes] of [[150, 3], [41, 9]]) {
    const { logits, labels } = randomScores(samples, classes, samples);
    const metric = calibrationError(classes);
    for (const batch of inBatches(logits, labels, classes)) metric.update(...batch);
    const answers = Array.from(labels, (label, i) => {
      const row = rowOf(logits, classes, i), powers = row.map(Math.exp);
      const confidence = Math.max(...powers) / powers.reduce((sum, value) => sum + value, 0);
      return { confidence, right: row.indexOf(Math.max(...row)) === label };
    });
    let expected = 0;
    for (let bin = 0; bin < 15; bin++) {
      const inside = answers.filter(({ confidence }) =>
        confidence > bin / 15 && confidence <= (bin + 1) / 15
      );
      if (inside.length === 0) continue;
      const accuracy = inside.filter(({ right }) => right).length / inside.length;
      const confidence = inside.reduce((sum, answer) => sum + answer.confidence, 0) / inside.length;
      expected += Math.abs(accuracy - confidence) * inside.length / samples;
    }
    assertAlmostEquals(metric.compute()!, expected, 1e-9);
  }
});

Deno.test("calibrationError() is null before any sample and NaN where a score is NaN", () => {
  const metric = calibrationError(2);
  assertEquals([metric.direction, metric.compute()], ["min", null]);
  metric.update(Float32Array.of(NaN, 0, 1, 2), [0, 1]);
  assert(Number.isNaN(metric.compute()));
  metric.reset();
  assertEquals(metric.compute(), null);
});

Deno.test("reliability() puts a sure answer into the last bin", () => {
  const gathered = reliability(2, 4);
  gathered.update(Float32Array.of(1000, 0, 0, 0), [1, 0]);
  const { samples, hits, confidence } = gathered.compute();
  assertEquals(samples, Float64Array.of(0, 1, 0, 1));
  assertEquals(hits, Float64Array.of(0, 1, 0, 0));
  assertEquals(confidence, Float64Array.of(0, .5, 0, 1));
});
