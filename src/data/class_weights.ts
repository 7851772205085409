import type { Sample } from "./types.ts";

/** The number of `samples` in each of `classes` classes. */
export function classCounts(samples: readonly Sample[], classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const { label, path } of samples) {
    if (!(label >= 0 && label < classes)) {
      throw new RangeError(
        `Cannot count "${path}": its label must be 0 .. ${classes - 1}, current value is ${label}`,
      );
    }
    counts[label]++;
  }
  return counts;
}

/** The weight of each class in the loss: 1 / max(count, 1), scaled to sum to the number of classes [DATA-07]. */
export function classWeights(counts: ArrayLike<number>): Float64Array {
  const inverse = Float64Array.from(counts, (count) => 1 / Math.max(count, 1));
  const sum = inverse.reduce((total, weight) => total + weight, 0);
  return inverse.map((weight) => (weight / sum) * inverse.length);
}
