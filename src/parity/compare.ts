/** Compares what wgrad computes with the reference, without judging the result. */

/** The worst element of a comparison. */
export interface Comparison {
  /** What was compared: y, dx, losses. */
  readonly what: string;
  /** The largest error, in the comparison's own measure; infinite if a value is NaN or missing. */
  readonly error: number;
  readonly tolerance: number;
  /** The error divided by the tolerance: at most 1 passes. */
  readonly share: number;
  /** The position of the worst element, and both values. */
  readonly worst: string;
  /** The unit of errors; none by default. */
  readonly unit?: string;
}

/** How errors are measured, element by element. */
export interface Measure {
  readonly tolerance: number;
  /** The divisor of an element's error. */
  scale(index: number): number;
  /** The name of an element; by default its index. */
  name?(index: number): string;
}

/** Compares element by element. */
export function compare(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { tolerance, scale, name = (i) => `${what}[${i}]` }: Measure,
): Comparison {
  if (actual.length !== expected.length) {
    const worst = `${what} has ${actual.length} values, the reference ${expected.length}`;
    return { what, error: Infinity, tolerance, share: Infinity, worst };
  }
  let error = 0, at = 0;
  for (let i = 0; i < expected.length; i++) {
    const here = actual[i] === expected[i] ? 0 : Math.abs(actual[i] - expected[i]) / scale(i);
    if (here <= error) continue;
    at = i;
    error = Number.isNaN(here) ? Infinity : here;
    if (error === Infinity) break;
  }
  const worst = `${name(at)} is ${actual[at]}, the reference ${expected[at]}`;
  return { what, error, tolerance, share: error === 0 ? 0 : error / tolerance, worst };
}

/**
 * Errors relative to the largest magnitude of all expected values, or absolute if that is 0.
 * @param least errors are relative to at least this much
 */
export function byLargest(expected: ArrayLike<number>, tolerance: number, least = 0): Measure {
  let largest = least;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) largest = Math.max(largest, Math.abs(expected[i]));
  }
  return { tolerance, scale: () => largest || 1 };
}

/** Errors relative to each expected value, or to `floor` if that is 0. */
export function byEach(expected: ArrayLike<number>, tolerance: number, floor: number): Measure {
  return { tolerance, scale: (i) => Math.abs(expected[i]) || floor };
}

/** Absolute errors. */
export function absolute(tolerance: number): Measure {
  return { tolerance, scale: () => 1 };
}

/** The comparison with the largest share of its tolerance. @throws RangeError if there is none */
export function worstOf(comparisons: readonly Comparison[]): Comparison {
  if (comparisons.length === 0) throw new RangeError("Cannot judge a case: nothing was compared");
  return comparisons.reduce((worst, next) => next.share > worst.share ? next : worst);
}
