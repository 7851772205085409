/**
 * Finds all pairs of fingerprints whose correlation reaches a threshold without comparing all pairs. After
 * subtracting the mean and scaling to length 1, correlation c is distance sqrt(2 (1 - c)). A few coefficients of an
 * orthonormal cosine transform form a projection, which never increases distances: pairs that are far apart there are
 * far apart. So the coefficients with the largest variance divide space into cells as wide as the largest distance,
 * and only points in neighbouring cells are compared, coefficient by coefficient until they are too far apart. The
 * result is exact.
 */
import { FINGERPRINT_SIDE as SIDE, FINGERPRINT_VALUES, moments, similarity } from "./fingerprint.ts";

/** Coefficients kept of each fingerprint. */
const KEPT = 32;
/** Coefficients that divide space into cells. */
const AXES = 6;

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
  const kept = fingerprints.flatMap((values, i) => moments(values).norm > 0 ? [i] : []);
  const space = project(kept.map((i) => fingerprints[i]));
  // Slightly more than the exact distance, to allow for single-precision rounding.
  const radius = Math.sqrt(2 * (1 - threshold)) + 1e-4;
  const cells = new Cells(space, kept.length, radius);
  const limit = radius * radius;
  cells.eachPair((a, b) => {
    if (!isWithin(space, a, b, limit)) return;
    const first = kept[Math.min(a, b)], second = kept[Math.max(a, b)];
    if (skip(first, second)) return;
    const value = similarity(fingerprints[first], fingerprints[second]);
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

/** Points by the cell that contains their first AXES coordinates. */
class Cells {
  readonly #points = new Map<number, number[]>();
  readonly #steps: readonly number[];

  constructor(space: Float32Array, count: number, width: number) {
    // Coordinates are in -1 .. 1; an extra cell on each side keeps neighbours from wrapping around.
    const perAxis = Math.ceil(2 / width) + 3;
    this.#steps = offsets(perAxis);
    for (let point = 0; point < count; point++) {
      let key = 0;
      for (let k = 0; k < AXES; k++) {
        key = key * perAxis + Math.floor((space[point * KEPT + k] + 1) / width) + 1;
      }
      const points = this.#points.get(key);
      if (points === undefined) this.#points.set(key, [point]);
      else points.push(point);
    }
  }

  /** Calls `visit` once with each pair of points in the same or neighbouring cells. */
  eachPair(visit: (a: number, b: number) => void): void {
    for (const [key, points] of this.#points) {
      for (let i = 0; i < points.length; i++) {
        for (let j = i + 1; j < points.length; j++) visit(points[i], points[j]);
      }
      for (const step of this.#steps) {
        const others = this.#points.get(key + step);
        if (others === undefined) continue;
        for (const a of points) for (const b of others) visit(a, b);
      }
    }
  }
}

/** Key offsets to neighbouring cells, one of each two opposite cells: half of 3^AXES. */
function offsets(perAxis: number): number[] {
  let steps = [0];
  for (let k = 0; k < AXES; k++) {
    steps = steps.flatMap((step) => [-1, 0, 1].map((move) => step * perAxis + move));
  }
  return steps.filter((step) => step > 0);
}

/**
 * [fingerprints, KEPT]: low coefficients of the cosine transform over rows, columns and channels, largest variance
 * first.
 */
function project(fingerprints: readonly Uint8Array[]): Float32Array {
  const basis = lowBasis();
  const raw = new Float32Array(fingerprints.length * KEPT);
  fingerprints.forEach((values, point) => {
    const { norm } = moments(values);
    for (let k = 0; k < KEPT; k++) {
      const vector = basis[k];
      let sum = 0;
      for (let i = 0; i < FINGERPRINT_VALUES; i++) sum += values[i] * vector[i];
      raw[point * KEPT + k] = sum / norm; // the basis vectors have zero mean, so the mean need not be subtracted
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
