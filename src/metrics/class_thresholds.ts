/**
 * The confidence from which predictions of a class are precise enough. Only the predicted class of an image counts, so
 * a class's curve is scikit-learn's `precision_recall_curve` over the confidences of its predictions.
 */
import { argmax } from "./accuracy.ts";
import { requireBatch } from "./rows.ts";
import { rowScales } from "./softmax.ts";

/** One class's threshold, and what it does on the images that it was chosen by. */
export interface ClassThreshold {
  /** The least confidence, 0 .. 1; null if no confidence is enough. */
  readonly threshold: number | null;
  /** Share of the answers that are right; null without a threshold, as below. */
  readonly precision: number | null;
  /** Share of the class's images that are answered, and rightly so; null for a class without images, too. */
  readonly recall: number | null;
  /** Predictions of the class from the threshold on. */
  readonly answers: number | null;
  /** Images of the class. */
  readonly images: number;
}

/** How thresholds are chosen. */
export interface ThresholdOptions {
  readonly classes: number;
  /** Confidences are those of softmax(logits / temperature). */
  readonly temperature: number;
  /** The precision that a threshold must reach, 0 .. 1. */
  readonly minPrecision: number;
}

/** What thresholds leave. Shares are 0 .. 1. */
export interface Answered {
  /** Share of the images that are answered; null without any image. */
  readonly coverage: number | null;
  /** Share of the answers that are right; null without any answer. */
  readonly accuracy: number | null;
}

/** Answers images only from the threshold of their predicted class on. @throws as {@link classThresholds} */
export function answeredBy(
  thresholds: readonly Pick<ClassThreshold, "threshold">[],
  logits: Float32Array,
  labels: ArrayLike<number>,
  { classes, temperature }: Omit<ThresholdOptions, "minPrecision">,
): Answered {
  requireBatch("answers", logits, labels, classes);
  const predicted = argmax(logits, classes), { total } = rowScales(logits, classes, temperature);
  let answers = 0, right = 0;
  for (let row = 0; row < predicted.length; row++) {
    const { threshold } = thresholds[predicted[row]];
    if (threshold === null || !(1 / total[row] >= threshold)) continue;
    answers++;
    right += Number(predicted[row] === labels[row]);
  }
  return {
    coverage: labels.length === 0 ? null : answers / labels.length,
    accuracy: answers === 0 ? null : right / answers,
  };
}

/**
 * For each class the lowest confidence from which its predictions reach a precision, [classes]: of all that do, the one
 * that leaves the most recall.
 *
 * @param logits [N, C], row-major
 * @param labels [N], each in 0 .. C-1
 * @throws TypeError for a shape, RangeError for a label out of range
 */
export function classThresholds(
  logits: Float32Array,
  labels: ArrayLike<number>,
  { classes, temperature, minPrecision }: ThresholdOptions,
): ClassThreshold[] {
  requireBatch("thresholds", logits, labels, classes);
  const images = new Uint32Array(classes);
  const answers: { confidence: number; isRight: boolean }[][] = Array.from({ length: classes }, () => []);
  const predicted = argmax(logits, classes), { total } = rowScales(logits, classes, temperature);
  for (let row = 0; row < predicted.length; row++) {
    images[labels[row]]++;
    answers[predicted[row]].push({ confidence: 1 / total[row], isRight: predicted[row] === labels[row] });
  }
  return answers.map((given, c) => {
    given.sort((a, b) => b.confidence - a.confidence);
    const none = { threshold: null, precision: null, recall: null, answers: null, images: images[c] };
    let found: ClassThreshold = none, right = 0;
    for (const [i, { confidence, isRight }] of given.entries()) {
      right += Number(isRight);
      if (given[i + 1]?.confidence === confidence) continue; // equally sure ones are answered together
      const precision = right / (i + 1);
      if (precision < minPrecision) continue;
      const recall = images[c] === 0 ? null : right / images[c];
      found = { threshold: confidence, precision, recall, answers: i + 1, images: images[c] };
    }
    return found;
  });
}
