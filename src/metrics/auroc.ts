/**
 * Area under the ROC curve, one class against the rest, by ranks (Mann and Whitney 1947): the fraction of pairs of
 * one sample of the class and one of another class whose scores are in the right order, where equal scores count
 * half. Equals sklearn.metrics.roc_auc_score. Scores are softmax probabilities.
 */
import type { LogitsMetric } from "./accuracy.ts";
import { requireBatch } from "./rows.ts";
import { softmax } from "./softmax.ts";

/** Areas by class and their mean, 0 .. 1. */
export interface Areas {
  /** [C]; null for a class without samples, and for a class that contains all samples. */
  readonly perClass: readonly (number | null)[];
  /** Mean over the classes that have an area; null if none has. */
  readonly macro: number | null;
}

/**
 * The area for the scores of samples in the class and of all others; null if either is empty, NaN if a score is NaN.
 * Sorts both arrays.
 */
export function areaUnderRoc(positives: Float64Array, negatives: Float64Array): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  positives.sort();
  negatives.sort();
  if (Number.isNaN(positives.at(-1)) || Number.isNaN(negatives.at(-1))) return NaN; // sort puts NaN last
  let below = 0, upTo = 0, pairs = 0;
  for (const score of positives) {
    while (below < negatives.length && negatives[below] < score) below++;
    while (upTo < negatives.length && negatives[upTo] <= score) upTo++;
    pairs += (below + upTo) / 2;
  }
  return pairs / positives.length / negatives.length;
}

/** Areas over batches of logits [N, C] and labels [N]; keeps all scores until `reset`. */
export function auroc(classes: number): LogitsMetric<Areas> {
  let likelihoods: Float64Array[] = [], truths: number[] = [];
  return {
    direction: "max",
    update(logits, labels) {
      requireBatch("AUROC", logits, labels, classes);
      likelihoods.push(softmax(logits, classes));
      for (let row = 0; row < labels.length; row++) truths.push(labels[row]);
    },
    compute() {
      const perClass = Array.from(
        { length: classes },
        (_, c) => areaOfClass(c, classes, likelihoods, truths),
      );
      const defined = perClass.filter((area) => area !== null);
      const macro = defined.length === 0
        ? null
        : defined.reduce((sum, area) => sum + area, 0) / defined.length;
      return { perClass, macro };
    },
    reset() {
      likelihoods = [];
      truths = [];
    },
  };
}

function areaOfClass(
  c: number,
  classes: number,
  likelihoods: readonly Float64Array[],
  truths: readonly number[],
): number | null {
  const samples = truths.reduce((count, truth) => count + Number(truth === c), 0);
  const positives = new Float64Array(samples), negatives = new Float64Array(truths.length - samples);
  let row = 0, p = 0, n = 0;
  for (const likelihood of likelihoods) {
    for (let at = c; at < likelihood.length; at += classes) {
      if (truths[row++] === c) positives[p++] = likelihood[at];
      else negatives[n++] = likelihood[at];
    }
  }
  return areaUnderRoc(positives, negatives);
}
