/**
 * Finds all pairs of fingerprints whose correlation reaches a threshold without comparing all pairs. After
 * subtracting the mean and scaling to length 1, correlation c is distance sqrt(2 (1 - c)). A few coefficients of an
 * orthonormal cosine transform form a projection, which never increases distances: pairs that are far apart there are
 * far apart. A tree of boxes over these coefficients leaves out pairs of boxes that are too far apart, however the
 * images crowd together; the other points are compared, coefficient by coefficient until they are too far apart. The
 * result is exact.
 */
import { FINGERPRINT_SIDE as SIDE, FINGERPRINT_VALUES, moments, similarity } from "./fingerprint.ts";

/** Coefficients kept of each fingerprint. */
const KEPT = 64;

/** A pair of similar fingerprints by position, `first` < `second`. */
export interface NearPair {
  readonly first: number;
  readonly second: number;
  /** Their correlation. */
  readonly similarity: number;
}

/**
 * Calls `visit` for each pair that reaches `threshold`, in no particular order. `skip` can avoid the work for pairs
 * that are already known.
 */
export function visitNearPairs(
  fingerprints: readonly Uint8Array[],
  threshold: number,
  visit: (pair: NearPair) => void,
  skip: (first: number, second: number) => boolean = () => false,
): void {
  const all = fingerprints.map(moments);
  const kept = fingerprints.flatMap((_, i) => all[i].norm > 0 ? [i] : []);
  const space = project(kept.map((i) => fingerprints[i]), kept.map((i) => all[i].norm));
  // Slightly more than the exact distance, to allow for single-precision rounding.
  const radius = Math.sqrt(2 * (1 - threshold)) + 1e-4;
  const limit = radius * radius;
  new PointTree(space, kept.length).eachPair(limit, (a, b) => {
    if (!isWithin(space, a, b, limit)) return;
    const first = kept[Math.min(a, b)], second = kept[Math.max(a, b)];
    if (skip(first, second)) return;
    const value = similarity(fingerprints[first], fingerprints[second], all[first], all[second]);
    if (value >= threshold) visit({ first, second, similarity: value });
  });
}

function isWithin(space: Float32Array, a: number, b: number, limit: number): boolean {
  let sum = 0;
  for (let k = 0, i = a * KEPT, j = b * KEPT; k < KEPT; k++, i++, j++) {
    const difference = space[i] - space[j];
    sum += difference * difference;
    if (sum > limit) return false;
  }
  return true;
}

/** Points in a leaf of the tree. */
const LEAF = 24;

/** A box of points: `order[from .. to]`, halved at its widest coordinate until few are left. */
interface Box {
  readonly from: number;
  readonly to: number;
  /** [KEPT] each. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly halves: readonly [Box, Box] | undefined;
}

/** A tree over points, to find pairs of which both are in boxes that are near each other. */
class PointTree {
  readonly #order: Uint32Array;
  readonly #root: Box;

  constructor(readonly space: Float32Array, count: number) {
    this.#order = Uint32Array.from({ length: count }, (_, i) => i);
    this.#root = this.#box(0, count);
  }

  /** Calls `visit` once with each pair of points whose boxes are not further apart than the root of `limit`. */
  eachPair(limit: number, visit: (a: number, b: number) => void): void {
    const order = this.#order;
    const between = (one: Box, other: Box) => {
      if (squaredGap(one, other) > limit) return;
      const [larger, smaller] = one.to - one.from >= other.to - other.from ? [one, other] : [other, one];
      if (larger.halves) larger.halves.forEach((half) => between(half, smaller));
      else {
        for (let i = one.from; i < one.to; i++) {
          for (let j = other.from; j < other.to; j++) visit(order[i], order[j]);
        }
      }
    };
    const within = ({ from, to, halves }: Box) => {
      if (halves) {
        halves.forEach(within);
        between(...halves);
      } else {
        for (let i = from; i < to; i++) for (let j = i + 1; j < to; j++) visit(order[i], order[j]);
      }
    };
    within(this.#root);
  }

  #box(from: number, to: number): Box {
    const low = new Float32Array(KEPT).fill(Infinity), high = new Float32Array(KEPT).fill(-Infinity);
    for (let i = from; i < to; i++) {
      for (let k = 0, at = this.#order[i] * KEPT; k < KEPT; k++, at++) {
        low[k] = Math.min(low[k], this.space[at]);
        high[k] = Math.max(high[k], this.space[at]);
      }
    }
    if (to - from <= LEAF) return { from, to, low, high, halves: undefined };
    let widest = 0;
    for (let k = 1; k < KEPT; k++) if (high[k] - low[k] > high[widest] - low[widest]) widest = k;
    const points = this.#order.subarray(from, to);
    points.sort((a, b) => this.space[a * KEPT + widest] - this.space[b * KEPT + widest]);
    const middle = (from + to) >> 1;
    return { from, to, low, high, halves: [this.#box(from, middle), this.#box(middle, to)] };
  }
}

/** The square of the smallest distance between points of two boxes. */
function squaredGap(one: Box, other: Box): number {
  let sum = 0;
  for (let k = 0; k < KEPT; k++) {
    const gap = Math.max(0, one.low[k] - other.high[k], other.low[k] - one.high[k]);
    sum += gap * gap;
  }
  return sum;
}

/**
 * [fingerprints, KEPT]: low coefficients of the cosine transform over rows, columns and channels, largest variance
 * first.
 */
function project(fingerprints: readonly Uint8Array[], norms: readonly number[]): Float32Array {
  const basis = lowBasis();
  const raw = new Float32Array(fingerprints.length * KEPT);
  fingerprints.forEach((values, point) => {
    for (let k = 0; k < KEPT; k++) {
      const vector = basis[k];
      let sum = 0;
      for (let i = 0; i < FINGERPRINT_VALUES; i++) sum += values[i] * vector[i];
      raw[point * KEPT + k] = sum / norms[point]; // the basis vectors have zero mean, so the mean need not be subtracted
    }
  });
  const order = byVariance(raw, fingerprints.length);
  return raw.map((_, at) => raw[at - at % KEPT + order[at % KEPT]]);
}

/** Positions of the coefficients by decreasing variance. */
function byVariance(raw: Float32Array, count: number): number[] {
  const variance = Array.from({ length: KEPT }, (_, k) => {
    let sum = 0, squares = 0;
    for (let point = 0; point < count; point++) {
      const value = raw[point * KEPT + k];
      sum += value;
      squares += value * value;
    }
    return squares - sum * sum / Math.max(1, count);
  });
  return variance.map((_, k) => k).sort((a, b) => variance[b] - variance[a] || a - b);
}

/** The KEPT lowest vectors of the orthonormal DCT-II in three dimensions, without the constant one. */
function lowBasis(): Float64Array[] {
  const frequencies: [number, number, number][] = [];
  for (let u = 0; u < SIDE; u++) {
    for (let v = 0; v < SIDE; v++) for (let w = 0; w < 3; w++) frequencies.push([u, v, w]);
  }
  frequencies.sort((a, b) => weight(a) - weight(b));
  return frequencies.slice(1, KEPT + 1).map(([u, v, w]) =>
    Float64Array.from({ length: FINGERPRINT_VALUES }, (_, i) => {
      const channel = i % 3, x = Math.trunc(i / 3) % SIDE, y = Math.trunc(i / 3 / SIDE);
      return cosine(u, y, SIDE) * cosine(v, x, SIDE) * cosine(w, channel, 3);
    })
  );
}

const weight = ([u, v, w]: readonly [number, number, number]) => u * u + v * v + w * w;

function cosine(frequency: number, position: number, size: number): number {
  const scale = Math.sqrt((frequency === 0 ? 1 : 2) / size);
  return scale * Math.cos(Math.PI * (position + 0.5) * frequency / size);
}
