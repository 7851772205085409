/** Comparison of what wgrad computes with what the reference says; a comparison judges nothing by itself. */

/** The worst element of what was compared. */
export interface Comparison {
  /** What was compared: y, dx, losses. */
  readonly what: string;
  /** The largest error, in the comparison's own measure; infinite where a value is NaN or missing. */
  readonly error: number;
  readonly tolerance: number;
  /** The error over the tolerance: at most 1 passes. */
  readonly share: number;
  /** Where the worst element is, and both values. */
  readonly worst: string;
  /** What errors are counted in; by default they have no unit. */
  readonly unit?: string;
}

/** What an error is measured by, an element at a time. */
export interface Measure {
  readonly tolerance: number;
  /** What an element's error is divided by. */
  scale(index: number): number;
  /** What an element is called; by default by its index. */
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
 * Errors relative to the largest magnitude of all that is expected, or absolute where that is 0.
 * @param least errors are relative to at least this much
 */
export function byLargest(expected: ArrayLike<number>, tolerance: number, least = 0): Measure {
  let largest = least;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) largest = Math.max(largest, Math.abs(expected[i]));
  }
  return { tolerance, scale: () => largest || 1 };
}

/** Errors relative to each expected value itself, or to `floor` where that is 0. */
export function byEach(expected: ArrayLike<number>, tolerance: number, floor: number): Measure {
  return { tolerance, scale: (i) => Math.abs(expected[i]) || floor };
}

/** Errors as they are. */
export function absolute(tolerance: number): Measure {
  return { tolerance, scale: () => 1 };
}

/** The comparison with the largest share of its tolerance. @throws RangeError if there is none */
export function worstOf(comparisons: readonly Comparison[]): Comparison {
  if (comparisons.length === 0) throw new RangeError("Cannot judge a case as nothing was compared");
  return comparisons.reduce((worst, next) => next.share > worst.share ? next : worst);
}
