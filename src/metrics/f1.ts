import type { LogitsMetric } from "./accuracy.ts";
import { type Confusion, confusionMatrix, confusionTotals } from "./confusion.ts";

/** F1 of each class and its averages, 0 .. 1. */
export interface F1Scores {
  /** [C]; 0 for a class that neither occurs nor is predicted (sklearn's zero_division=0). */
  readonly perClass: Float64Array;
  /** Mean over all classes. */
  readonly macro: number;
  /** From the sums over all classes; with one label for each sample, equal to the accuracy. */
  readonly micro: number;
  /** Mean over all classes, weighted by their number of samples. */
  readonly weighted: number;
}

/**
 * F1 = 2 * hits / (samples + predictions) from a confusion matrix, as sklearn.metrics.f1_score over all classes;
 * null without any sample.
 */
export function f1Scores(confusion: Confusion): F1Scores | null {
  const { samples, predicted, hits } = confusionTotals(confusion);
  const total = sum(samples);
  if (total === 0) return null;
  const perClass = hits.map((right, i) => right === 0 ? 0 : 2 * right / (samples[i] + predicted[i]));
  return {
    perClass,
    macro: sum(perClass) / perClass.length,
    micro: sum(hits) / total,
    weighted: sum(perClass.map((score, i) => score * samples[i])) / total,
  };
}

/** F1 over batches of logits [N, C] and labels [N]. */
export function f1(classes: number): LogitsMetric<F1Scores | null> {
  const confusion = confusionMatrix(classes);
  return { ...confusion, direction: "max", compute: () => f1Scores(confusion.compute()) };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
