import { assertEquals, assertThrows } from "@std/assert";
import { confusionMatrix, confusionTotals } from "../../src/metrics/confusion.ts";
import { inBatches, randomScores, rowOf } from "./random_scores.ts";

Deno.test("confusionMatrix() counts what two loops over classes count, rows true", () => {
  for (const [samples, classes] of [[53, 7], [20, 2], [31, 13]]) {
    const { logits, labels } = randomScores(samples, classes, samples);
    const matrix = confusionMatrix(classes);
    for (const batch of inBatches(logits, labels, classes)) matrix.update(...batch);
    const guesses = Array.from(labels, (_, i) => {
      const row = rowOf(logits, classes, i);
      return row.indexOf(Math.max(...row));
    });
    for (let t = 0; t < classes; t++) {
      for (let p = 0; p < classes; p++) {
        const count = guesses.filter((guess, i) => guess === p && labels[i] === t).length;
        assertEquals(matrix.compute().counts[t * classes + p], count);
      }
    }
    const { samples: rows, predicted, hits } = confusionTotals(matrix.compute());
    for (let c = 0; c < classes; c++) {
      assertEquals(rows[c], labels.filter((label) => label === c).length);
      assertEquals(predicted[c], guesses.filter((guess) => guess === c).length);
      assertEquals(hits[c], guesses.filter((guess, i) => guess === c && labels[i] === c).length);
    }
    matrix.reset();
    assertEquals(matrix.compute().counts, new Float64Array(classes * classes));
  }
});

Deno.test("confusionMatrix() refuses labels and shapes that do not fit, and counts nothing then", () => {
  const matrix = confusionMatrix(3);
  assertThrows(() => matrix.update(new Float32Array(6), [0, 3]), RangeError, "label of sample 1 is 3");
  assertThrows(() => matrix.update(new Float32Array(4), [0, 1]), TypeError, "must be [N, 3]");
  assertEquals(matrix.compute().counts, new Float64Array(9));
});
