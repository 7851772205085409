import { assertAlmostEquals, assertEquals } from "@std/assert";
import { nll } from "../../src/metrics/nll.ts";
import { inBatches, randomScores, rowOf } from "./random_scores.ts";

Deno.test("nll() is the mean of -log p over all samples", () => {
  const classes = 6, { logits, labels } = randomScores(77, classes, 3);
  const metric = nll(classes);
  for (const batch of inBatches(logits, labels, classes)) metric.update(...batch);
  const losses = Array.from(labels, (label, i) => {
    const powers = rowOf(logits, classes, i).map(Math.exp);
    return -Math.log(powers[label] / powers.reduce((sum, value) => sum + value, 0));
  });
  assertAlmostEquals(metric.compute()!, losses.reduce((sum, loss) => sum + loss, 0) / 77, 1e-12);
});

Deno.test("nll() stays finite for large logits, and is NaN where one is NaN", () => {
  const metric = nll(2);
  assertEquals([metric.direction, metric.compute()], ["min", null]);
  metric.update(Float32Array.of(5000, -5000), [1]);
  assertEquals(metric.compute(), 10000);
  metric.update(Float32Array.of(NaN, 0), [1]);
  assertEquals(metric.compute(), NaN);
});
