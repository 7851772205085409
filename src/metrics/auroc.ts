/**
 * Area under the ROC curve, one class against the rest, by ranks (Mann and Whitney 1947): the fraction of pairs of
 * one sample of the class and one of another class whose scores are in the right order, where equal scores count
 * half. Equals sklearn.metrics.roc_auc_score. Scores are softmax probabilities.
 */
import type { LogitsMetric } from "./accuracy.ts";
import { requireBatch } from "./rows.ts";
import { type RowScales, rowScales } from "./softmax.ts";

/** Areas by class and their mean, 0 .. 1. */
export interface Areas {
  /** [C]; null for a class without samples, and for a class that contains all samples. */
  readonly perClass: readonly (number | null)[];
  /** Mean over the classes that have an area; null if none has. */
  readonly macro: number | null;
}

/**
 * The area for the scores of samples in the class and of all others; null if either is empty, NaN if a score is NaN.
 * Sorts `positives`.
 */
export function areaUnderRoc(positives: Float64Array, negatives: Float64Array): number | null {
  positives.sort();
  return areaOf(
    positives,
    negatives.reduce((sum, score) => sum + pairsInOrder(positives, score), 0),
    negatives.length,
  );
}

/** The area for sorted scores and the pairs in order with so many others. */
function areaOf(sorted: Float64Array, pairs: number, others: number): number | null {
  if (sorted.length === 0 || others === 0) return null;
  return Number.isNaN(sorted.at(-1)) ? NaN : pairs / sorted.length / others; // sort puts NaN last
}

/**
 * The pairs in the right order of one score, of a sample outside the class, with the sorted scores of the class; an
 * equal one counts half. NaN for NaN.
 */
function pairsInOrder(sorted: Float64Array, score: number): number {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < score) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < sorted.length && sorted[end] === score) end++;
  return score === score ? sorted.length - (low + end) / 2 : NaN;
}

/** A batch of logits with the labels of its rows. */
interface Batch extends RowScales {
  readonly logits: Float32Array;
  readonly labels: ArrayLike<number>;
}

/** Areas over batches of logits [N, C] and labels [N]; keeps these arrays until `reset`. */
export function auroc(classes: number): LogitsMetric<Areas> {
  let batches: Batch[] = [];
  return {
    direction: "max",
    update(logits, labels) {
      requireBatch("AUROC", logits, labels, classes);
      batches.push({ logits, labels, ...rowScales(logits, classes) });
    },
    compute() {
      const perClass = areasOf(batches, classes);
      const defined = perClass.filter((area) => area !== null);
      const macro = defined.length === 0
        ? null
        : defined.reduce((sum, area) => sum + area, 0) / defined.length;
      return { perClass, macro };
    },
    reset: () => void (batches = []),
  };
}

/** [C]. Row by row, so that no array of all probabilities is needed. */
function areasOf(batches: readonly Batch[], classes: number): (number | null)[] {
  const own = Array.from({ length: classes }, (): number[] => []);
  const pairs = new Float64Array(classes);
  for (const { logits, labels, shift, total } of batches) {
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row];
      own[label].push(Math.exp(logits[row * classes + label] - shift[row]) / total[row]);
    }
  }
  const sorted = own.map((scores) => Float64Array.from(scores).sort());
  for (const { logits, labels, shift, total } of batches) {
    for (let row = 0, at = 0; row < labels.length; row++) {
      for (let c = 0; c < classes; c++, at++) {
        if (c === labels[row]) continue;
        pairs[c] += pairsInOrder(sorted[c], Math.exp(logits[at] - shift[row]) / total[row]);
      }
    }
  }
  const samples = batches.reduce((sum, { labels }) => sum + labels.length, 0);
  return sorted.map((scores, c) => areaOf(scores, pairs[c], samples - scores.length));
}
