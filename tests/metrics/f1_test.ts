import { assertAlmostEquals, assertEquals } from "@std/assert";
import { f1, f1Scores } from "../../src/metrics/f1.ts";
import { inBatches, randomScores, rowOf } from "./random_scores.ts";

Deno.test("f1() is the harmonic mean of precision and recall, and its averages are sums over samples", () => {
  for (const [samples, classes] of [[53, 7], [20, 2], [200, 11]]) {
    const { logits, labels } = randomScores(samples, classes, samples);
    const metric = f1(classes);
    for (const batch of inBatches(logits, labels, classes)) metric.update(...batch);
    const scores = metric.compute()!;
    const guesses = Array.from(labels, (_, i) => {
      const row = rowOf(logits, classes, i);
      return row.indexOf(Math.max(...row));
    });
    const ofClass = (c: number) => {
      const right = guesses.filter((guess, i) => guess === c && labels[i] === c).length;
      if (right === 0) return 0;
      const precision = right / guesses.filter((guess) => guess === c).length;
      const recall = right / labels.filter((label) => label === c).length;
      return 2 * precision * recall / (precision + recall);
    };
    const expected = Array.from({ length: classes }, (_, c) => ofClass(c));
    for (const [c, value] of expected.entries()) assertAlmostEquals(scores.perClass[c], value, 1e-12);
    const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    assertAlmostEquals(scores.macro, average(expected), 1e-12);
    assertAlmostEquals(scores.weighted, average(Array.from(labels, (label) => expected[label])), 1e-12);
    assertAlmostEquals(
      scores.micro,
      average(guesses.map((guess, i) => Number(guess === labels[i]))),
      1e-12,
    );
  }
});

Deno.test("f1() is null before any sample, and 0 for a class that neither occurs nor is predicted", () => {
  const metric = f1(3);
  assertEquals([metric.direction, metric.compute()], ["max", null]);
  metric.update(Float32Array.of(1, 0, 0, 0, 1, 0), [0, 1]);
  assertEquals(metric.compute(), {
    perClass: Float64Array.of(1, 1, 0),
    macro: 2 / 3,
    micro: 1,
    weighted: 1,
  });
  metric.reset();
  assertEquals(metric.compute(), null);
  assertEquals(f1Scores({ classes: 2, counts: new Float64Array(4) }), null);
});
