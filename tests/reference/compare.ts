/** Comparison of an engine's tensor with the expected one; the oracle of the op and parity rings. */

/** What to compare; names are for the message only. */
export interface Comparison {
  /** The op, such as `conv2d()`. */
  op: string;
  /** The tensor, such as `dx`. */
  name: string;
  actual: ArrayLike<number>;
  expected: ArrayLike<number>;
  /** The largest error allowed, relative to the largest magnitude in `expected`. */
  tolerance: number;
}

/** The worst element. */
export interface Difference {
  /** The largest error over the tolerance: at most 1 passes; infinite where a value is NaN. */
  share: number;
  /** The largest error over the largest magnitude in `expected` (or over 1, if all of it is 0). */
  error: number;
  /** Where the largest error is. */
  index: number;
}

/** The worst element of a comparison, without judging it. */
export function difference({ op, name, actual, expected, tolerance }: Comparison): Difference {
  if (actual.length !== expected.length) {
    throw new TypeError(
      `Cannot compare ${op} ${name} as it must have ${expected.length} values: current length is ${actual.length}`,
    );
  }
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  }
  let error = 0, index = 0;
  for (let i = 0; i < expected.length; i++) {
    const here = actual[i] === expected[i] ? 0 : Math.abs(actual[i] - expected[i]) / (scale || 1);
    if (here > error || Number.isNaN(here)) [error, index] = [Number.isNaN(here) ? Infinity : here, i];
    if (error === Infinity) break;
  }
  return { share: error === 0 ? 0 : error / tolerance, error, index };
}

/**
 * Fails unless every value is within the tolerance; a failure names op, tensor, index, both values and the share of
 * the tolerance used.
 *
 * @returns the share of the tolerance used, 0 .. 1
 */
export function assertClose(comparison: Comparison): number {
  const { op, name, actual, expected, tolerance } = comparison;
  const { share, error, index } = difference(comparison);
  if (share <= 1) return share;
  throw new Error(
    `Cannot accept ${op} ${name}: its values must be within ${tolerance} of the expected: at index ${index} of ` +
      `${expected.length} the current value is ${actual[index]}, the expected ${expected[index]}, ` +
      `the error ${error.toExponential(2)}, which is ${share.toFixed(2)} of the tolerance`,
  );
}
