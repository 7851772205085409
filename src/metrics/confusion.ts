import { csvText } from "../base/csv.ts";
import { argmax } from "./accuracy.ts";
import type { Accumulator } from "./metric.ts";
import { requireBatch } from "./rows.ts";

/** Samples by true class and predicted class. */
export interface Confusion {
  readonly classes: number;
  /** [C, C], row-major: `counts[t * classes + p]` samples of class t were predicted as class p. */
  readonly counts: Float64Array;
}

/** Counts samples by true and predicted class (rows true, as sklearn.metrics.confusion_matrix). */
export function confusionMatrix(
  classes: number,
): Accumulator<[logits: Float32Array, labels: ArrayLike<number>], Confusion> {
  const counts = new Float64Array(classes * classes);
  return {
    update(logits, labels) {
      requireBatch("confusion matrix", logits, labels, classes);
      const predicted = argmax(logits, classes);
      for (let row = 0; row < predicted.length; row++) counts[labels[row] * classes + predicted[row]]++;
    },
    compute: () => ({ classes, counts: counts.slice() }),
    reset: () => void counts.fill(0),
  };
}

/** The counts as CSV: true classes as rows, predicted classes as columns. */
export function confusionCsv({ counts }: Confusion, classes: readonly string[]): string {
  const rows = classes.map((label, t) => [label, ...classes.map((_, p) => counts[t * classes.length + p])]);
  return csvText([["true \\ predicted", ...classes], ...rows]);
}

/** Sums of a confusion matrix: samples of each class, predictions of each class, correct predictions, all [C]. */
export function confusionTotals({ classes, counts }: Confusion): {
  samples: Float64Array;
  predicted: Float64Array;
  hits: Float64Array;
} {
  const samples = new Float64Array(classes), predicted = new Float64Array(classes);
  for (const [i, count] of counts.entries()) {
    samples[Math.floor(i / classes)] += count;
    predicted[i % classes] += count;
  }
  return { samples, predicted, hits: samples.map((_, i) => counts[i * classes + i]) };
}
