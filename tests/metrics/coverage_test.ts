import { assertAlmostEquals, assertEquals } from "@std/assert";
import { coverageOf } from "../../src/metrics/coverage.ts";
import { randomScores, rowOf } from "./random_scores.ts";

/** Logits of two classes whose first is right, by confidence, the surest first. */
const scores = (gaps: readonly number[]) => Float32Array.from(gaps.flatMap((gap) => [gap, 0]));

Deno.test("coverageOf() says how many images are answered at an accuracy, and the accuracy of the surest", () => {
  const labels = [0, 0, 0, 1, 0, 1, 0, 1, 1, 1]; // right: 3, then 4 of 5, 5 of 7, 5 of 10
  const { aurc, at_coverage, at_accuracy } = coverageOf(scores([9, 8, 7, 6, 5, 4, 3, 2, 1, .5]), labels, {
    classes: 2,
  });
  const sure = (gap: number) => 1 / (1 + Math.exp(-gap));
  assertEquals(at_coverage.map(({ wanted, coverage, accuracy }) => [wanted, coverage, accuracy]), [
    [1, 1, .5],
    [.9, .9, 5 / 9],
    [.8, .8, 5 / 8],
    [.7, .7, 5 / 7],
    [.6, .6, 4 / 6],
    [.5, .5, 4 / 5],
  ]);
  assertAlmostEquals(at_coverage[5].confidence!, sure(5), 1e-12);
  assertEquals(at_accuracy.map(({ wanted, coverage }) => [wanted, coverage]), [[.9, .3], [.95, .3], [
    .99,
    .3,
  ]]);
  const risks = [0, 0, 0, 1 / 4, 1 / 5, 2 / 6, 2 / 7, 3 / 8, 4 / 9, 5 / 10];
  assertAlmostEquals(aurc!, risks.reduce((sum, risk) => sum + risk, 0) / 10, 1e-12);
});

Deno.test("coverageOf() answers equally sure images together, and knows when nothing is accurate enough", () => {
  const { aurc, at_coverage, at_accuracy } = coverageOf(scores([2, 2, 2, 2]), [0, 1, 0, 1], { classes: 2 });
  assertEquals(at_coverage.map(({ coverage, accuracy }) => [coverage, accuracy]), Array(6).fill([1, .5]));
  assertEquals(at_accuracy[0], { wanted: .9, coverage: 0, accuracy: null, confidence: null });
  assertAlmostEquals(aurc!, .5, 1e-12);
  assertEquals(coverageOf(new Float32Array(0), [], { classes: 2 }), {
    aurc: null,
    at_coverage: [],
    at_accuracy: [.9, .95, .99].map((wanted) => ({ wanted, coverage: 0, accuracy: null, confidence: null })),
  });
});

Deno.test("coverageOf() orders images by their confidences at the temperature", () => {
  const { logits, labels } = randomScores(150, 7, 3), classes = 7;
  for (const temperature of [1, 3]) {
    const answers = Array.from(labels, (label, i) => {
      const row = rowOf(logits, classes, i), most = Math.max(...row);
      const total = row.reduce((sum, value) => sum + Math.exp((value - most) / temperature), 0);
      return { isRight: row.indexOf(most) === label, confidence: 1 / total };
    });
    for (const point of coverageOf(logits, labels, { classes, temperature }).at_coverage) {
      const sure = answers.filter(({ confidence }) => confidence >= point.confidence! - 1e-12);
      assertAlmostEquals(point.coverage, sure.length / 150, 1e-12);
      assertAlmostEquals(point.accuracy!, sure.filter(({ isRight }) => isRight).length / sure.length, 1e-12);
    }
  }
});
