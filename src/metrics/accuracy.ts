/**
 * Accuracy of class scores, micro (over all samples) and per class. Ranking follows torch.argmax and torch.topk: NaN
 * counts as the largest score. Among equal scores the lowest class index ranks first.
 */
import type { Metric } from "./metric.ts";
import { countClasses, requireBatch, requireLabel } from "./rows.ts";

/**
 * The number of samples whose label is among the `k` largest logits.
 *
 * @param logits [N, C], row-major; logits or probabilities, only their order matters
 * @param labels [N], each in 0 .. C-1
 * @throws TypeError if the logits do not form whole rows
 * @throws RangeError if k or a label is out of range
 */
export function topK(logits: Float32Array, labels: ArrayLike<number>, k: number): number {
  const classes = countClasses("accuracy", logits, labels);
  if (labels.length > 0 && !(Number.isInteger(k) && k >= 1 && k <= classes)) {
    throw new RangeError(`Cannot compute top-k accuracy: k must be 1 to ${classes}, current value is ${k}`);
  }
  let hits = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = requireLabel("accuracy", labels[row], classes, row);
    if (rankOf(label, logits, row * classes, classes) < k) hits++;
  }
  return hits;
}

/** True if top-5 accuracy says anything: among five classes or fewer the label always is. */
export function hasTop5(classes: number): boolean {
  return classes > 5;
}

/**
 * The index of each row's largest logit, the lowest if several are equal, as torch.argmax.
 *
 * @param logits [N, C], row-major
 * @returns [N]
 * @throws TypeError if the logits do not form whole rows of `classes`
 */
export function argmax(logits: Float32Array, classes: number): Uint32Array {
  if (!(classes >= 1) || logits.length % classes !== 0) {
    throw new TypeError(
      `Cannot compute argmax: logits must form whole rows of ${classes} classes, current length is ${logits.length}`,
    );
  }
  return Uint32Array.from({ length: logits.length / classes }, (_, row) => {
    let best = 0;
    for (let j = 1; j < classes; j++) {
      if (outranks(logits[row * classes + j], logits[row * classes + best])) best = j;
    }
    return best;
  });
}

/** A metric over logits [N, C] and labels [N]. */
export type LogitsMetric<Value> = Metric<[logits: Float32Array, labels: ArrayLike<number>], Value>;

/** Top-k accuracy that also accepts counts from the device. */
export interface TopKAccuracy extends LogitsMetric<number | null> {
  /** The effective k. */
  readonly k: number;
  /** Adds `hits` correct predictions out of `samples`. */
  add(hits: number, samples: number): void;
}

/**
 * The fraction of samples whose label is among the `k` largest logits, 0 .. 1; null before any sample. Top-5 of fewer
 * than five classes is top-`classes`: `topKAccuracy(5, classes)` uses k = min(5, classes).
 */
export function topKAccuracy(k: number, classes: number): TopKAccuracy {
  if (!(Number.isInteger(k) && k >= 1 && classes >= 1)) {
    throw new RangeError(
      `Cannot compute top-k accuracy: k and classes must be at least 1, current k is ${k}, classes ${classes}`,
    );
  }
  const inForce = Math.min(k, classes);
  let hits = 0, samples = 0;
  const add = (newHits: number, newSamples: number) => {
    if (!(newHits >= 0 && newHits <= newSamples)) {
      throw new RangeError(
        `Cannot update top-k accuracy: hits must be 0 to ${newSamples} samples, current value is ${newHits}`,
      );
    }
    hits += newHits;
    samples += newSamples;
  };
  return {
    direction: "max",
    k: inForce,
    add,
    update: (logits, labels) => add(topK(logits, labels, inForce), labels.length),
    compute: () => samples === 0 ? null : hits / samples,
    reset() {
      hits = samples = 0;
    },
  };
}

/** Per-class accuracy that also accepts counts from the device. */
export interface ClassAccuracy extends LogitsMetric<(number | null)[]> {
  /** Adds counts [C]: correct predictions and samples of each class. */
  add(hits: ArrayLike<number>, samples: ArrayLike<number>): void;
}

/**
 * The fraction of each class's samples that argmax gets right (its recall), [C]; null for a class without samples.
 */
export function classAccuracy(classes: number): ClassAccuracy {
  const hits = new Float64Array(classes), samples = new Float64Array(classes);
  return {
    direction: "max",
    update(logits, labels) {
      requireBatch("class accuracy", logits, labels, classes);
      const predicted = argmax(logits, classes);
      for (let row = 0; row < labels.length; row++) {
        const label = labels[row];
        samples[label]++;
        if (predicted[row] === label) hits[label]++;
      }
    },
    add(newHits, newSamples) {
      if (newHits.length !== classes || newSamples.length !== classes) {
        throw new TypeError(
          `Cannot update class accuracy: counts must be for ${classes} classes, ` +
            `current lengths are ${newHits.length} and ${newSamples.length}`,
        );
      }
      for (let i = 0; i < classes; i++) {
        hits[i] += newHits[i];
        samples[i] += newSamples[i];
      }
    },
    compute: () => Array.from(hits, (right, i) => samples[i] === 0 ? null : right / samples[i]),
    reset() {
      hits.fill(0);
      samples.fill(0);
    },
  };
}

/** The number of classes in the row at `start` that rank before `label`. */
function rankOf(label: number, logits: Float32Array, start: number, classes: number): number {
  const score = logits[start + label];
  let rank = 0;
  for (let j = 0; j < classes; j++) {
    const other = logits[start + j];
    if (outranks(other, score) || (j < label && !outranks(score, other))) rank++;
  }
  return rank;
}

/** True if score `a` ranks before score `b`: it is larger, or NaN while b is a number. */
function outranks(a: number, b: number): boolean {
  return a > b || (a !== a && b === b);
}
