import { assertAlmostEquals, assertEquals } from "@std/assert";
import { classThresholds } from "../../src/metrics/class_thresholds.ts";
import { randomScores, rowOf } from "./random_scores.ts";

Deno.test("classThresholds() leaves the most recall at the precision, of equally sure answers all or none", () => {
  for (const [samples, classes, temperature, minPrecision] of [[150, 3, 1, .6], [400, 9, 1.7, .5]]) {
    const { logits, labels } = randomScores(samples, classes, samples);
    const given = classThresholds(logits, labels, { classes, temperature, minPrecision });
    const answers = Array.from(labels, (label, i) => {
      const row = rowOf(logits, classes, i), most = Math.max(...row);
      const total = row.reduce((sum, value) => sum + Math.exp((value - most) / temperature), 0);
      return { label, predicted: row.indexOf(most), confidence: 1 / total };
    });
    for (const [c, found] of given.entries()) {
      const own = answers.filter(({ predicted }) => predicted === c);
      const images = answers.filter(({ label }) => label === c).length;
      const enough = own.map(({ confidence }) => confidence).filter((least) => {
        const sure = own.filter(({ confidence }) => confidence >= least);
        return sure.filter(({ label }) => label === c).length >= minPrecision * sure.length;
      });
      assertEquals(found.images, images);
      assertEquals(found.threshold, enough.length === 0 ? null : Math.min(...enough));
      if (found.threshold === null) continue;
      const sure = own.filter(({ confidence }) => confidence >= found.threshold!);
      const right = sure.filter(({ label }) => label === c).length;
      assertEquals(found.answers, sure.length);
      assertAlmostEquals(found.precision!, right / sure.length, 1e-12);
      assertEquals(found.recall, images === 0 ? null : right / images);
    }
  }
});

Deno.test("classThresholds() is null for a class that is never right, and without images", () => {
  const none = { threshold: null, precision: null, recall: null, answers: null };
  const options = { classes: 3, temperature: 1, minPrecision: .95 };
  assertEquals(classThresholds(Float32Array.of(3, 0, 0, 0, 2, 0), [0, 0], options), [
    { threshold: 1 / (1 + Math.exp(-3) + Math.exp(-3)), precision: 1, recall: .5, answers: 1, images: 2 },
    { ...none, images: 0 },
    { ...none, images: 0 },
  ]);
  assertEquals(classThresholds(new Float32Array(0), [], options), Array(3).fill({ ...none, images: 0 }));
});
