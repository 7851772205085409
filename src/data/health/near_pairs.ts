/**
 * All pairs of fingerprints whose correlation reaches a threshold, without comparing all with all. With the mean taken
 * off and length 1, correlation c is distance sqrt(2 (1 - c)). A few coefficients of an orthonormal cosine transform
 * are a projection, in which no distance grows: pairs that are apart there are apart. So the coefficients that
 * vary most cut space into cells as wide as the largest distance, and only neighbouring cells are compared,
 * coefficient by coefficient until too far apart. What is found is exact.
 */
import { FINGERPRINT_SIDE as SIDE, FINGERPRINT_VALUES, moments, similarity } from "./fingerprint.ts";

/** Coefficients kept of each fingerprint. */
const KEPT = 32;
/** Those of them that cut space into cells. */
const AXES = 6;

/** A pair of near fingerprints by position, `first` < `second`. */
export interface NearPair {
  readonly first: number;
  readonly second: number;
  /** Their correlation. */
  readonly similarity: number;
}

/**
 * Calls `visit` for each pair that reaches `threshold`, in no particular order. `skip` may spare the work on a pair
 * that is known already.
 */
export function visitNearPairs(
  fingerprints: readonly Uint8Array[],
  threshold: number,
  visit: (pair: NearPair) => void,
  skip: (first: number, second: number) => boolean = () => false,
): void {
  const kept = fingerprints.flatMap((values, i) => moments(values).norm > 0 ? [i] : []);
  const space = project(kept.map((i) => fingerprints[i]));
  // A little more than the exact distance, for what single precision rounds.
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

/** All pairs that reach `threshold`, by first and second. */
export function nearPairs(fingerprints: readonly Uint8Array[], threshold: number): NearPair[] {
  const pairs: NearPair[] = [];
  visitNearPairs(fingerprints, threshold, (pair) => pairs.push(pair));
  return pairs.sort((a, b) => a.first - b.first || a.second - b.second);
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

/** Points by the cell that their first AXES coordinates lie in. */
class Cells {
  readonly #points = new Map<number, number[]>();
  readonly #steps: readonly number[];

  constructor(space: Float32Array, count: number, width: number) {
    // Coordinates lie in -1 .. 1; one cell more on each side, so that neighbours never wrap around.
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

  /** Calls `visit` once with each two points of one cell or of neighbouring cells. */
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

/** What to add to a key for one of each two opposite cells around it: half of 3^AXES. */
function offsets(perAxis: number): number[] {
  let steps = [0];
  for (let k = 0; k < AXES; k++) {
    steps = steps.flatMap((step) => [-1, 0, 1].map((move) => step * perAxis + move));
  }
  return steps.filter((step) => step > 0);
}

/** [fingerprints, KEPT]: low coefficients of the cosine transform over rows, columns and channels, widest first. */
function project(fingerprints: readonly Uint8Array[]): Float32Array {
  const basis = lowBasis();
  const raw = new Float32Array(fingerprints.length * KEPT);
  fingerprints.forEach((values, point) => {
    const { norm } = moments(values);
    for (let k = 0; k < KEPT; k++) {
      const vector = basis[k];
      let sum = 0;
      for (let i = 0; i < FINGERPRINT_VALUES; i++) sum += values[i] * vector[i];
      raw[point * KEPT + k] = sum / norm; // the basis is free of a mean, so the values need not be
    }
  });
  const order = byVariance(raw, fingerprints.length);
  return raw.map((_, at) => raw[at - at % KEPT + order[at % KEPT]]);
}

/** Positions of the coefficients, that of the largest variance first. */
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
