import { assertAlmostEquals, assertEquals } from "@std/assert";
import { areaUnderRoc, auroc } from "../../src/metrics/auroc.ts";
import { inBatches, randomScores, rowOf } from "./random_scores.ts";

/** The area as the share of ordered pairs, each looked at. */
function areaOfPairs(positives: number[], negatives: number[]): number | null {
  const won = positives.flatMap((p) => negatives.map((n) => p > n ? 1 : p === n ? .5 : 0));
  return won.length === 0 ? null : won.reduce<number>((sum, value) => sum + value, 0) / won.length;
}

Deno.test("areaUnderRoc() is the share of pairs in the right order, with ties", () => {
  for (const [samples, classes] of [[40, 3], [97, 5]]) {
    const { logits, labels } = randomScores(samples, classes, samples);
    for (let c = 0; c < classes; c++) {
      const scores = (isClass: boolean) =>
        Array.from(labels, (label, i) => label === c === isClass ? logits[i * classes + c] : NaN)
          .filter((score) => !Number.isNaN(score));
      const [positives, negatives] = [scores(true), scores(false)];
      const area = areaUnderRoc(Float64Array.from(positives), Float64Array.from(negatives));
      const expected = areaOfPairs(positives, negatives);
      if (expected === null) assertEquals(area, null);
      else assertAlmostEquals(area!, expected, 1e-12);
    }
  }
});

Deno.test("auroc() ranks by softmax probability, class by class", () => {
  const [samples, classes] = [61, 4];
  const { logits, labels } = randomScores(samples, classes, 5);
  const metric = auroc(classes);
  for (const batch of inBatches(logits, labels, classes)) metric.update(...batch);
  const likelihoods = Array.from(labels, (_, i) => {
    const powers = rowOf(logits, classes, i).map(Math.exp);
    return powers.map((power) => power / powers.reduce((sum, value) => sum + value, 0));
  });
  const { perClass, macro } = metric.compute();
  const expected = Array.from({ length: classes }, (_, c) => {
    const of = (isClass: boolean) =>
      likelihoods.filter((_, i) => labels[i] === c === isClass)
        .map((row) => Math.round(row[c] * 1e12)); // ties survive another order of summation
    return areaOfPairs(of(true), of(false));
  });
  assertEquals(expected.at(-1), null, "the last class must not occur");
  for (const [c, value] of expected.entries()) {
    if (value === null) assertEquals(perClass[c], null);
    else assertAlmostEquals(perClass[c]!, value, 2e-3);
  }
  const defined = perClass.filter((area) => area !== null);
  assertAlmostEquals(macro!, defined.reduce((sum, area) => sum + area, 0) / defined.length, 1e-12);
  metric.reset();
  assertEquals(metric.compute(), { perClass: [null, null, null, null], macro: null });
});

Deno.test("auroc() is null where a class has all samples or none, and NaN where a score is NaN", () => {
  const metric = auroc(2);
  metric.update(Float32Array.of(1, 2, 3, 4), [1, 1]);
  assertEquals(metric.compute(), { perClass: [null, null], macro: null });
  metric.update(Float32Array.of(NaN, 0), [0]);
  assertEquals(metric.compute().perClass, [NaN, NaN]);
});
