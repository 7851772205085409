/**
 * Finds all pairs of fingerprints whose correlation reaches a threshold without comparing all pairs. After
 * subtracting the mean and scaling to length 1, correlation c is distance sqrt(2 (1 - c)). A few coefficients of an
 * orthonormal cosine transform form a projection, which never increases distances: pairs that are far apart there are
 * far apart. A tree of boxes over these coefficients gives each image those boxes that are not too far from it; their
 * points are compared, coefficient by coefficient until they are too far apart. What is sought are sets of images that
 * are near each other, so boxes of which all is known are left out, however alike their images are. The result is exact.
 */
import { largest } from "../../base/lists.ts";
import type { Sets } from "./disjoint_sets.ts";
import { FINGERPRINT_SIDE as SIDE, FINGERPRINT_VALUES, moments, similarity } from "./fingerprint.ts";
import { type Box, PointTree } from "./point_tree.ts";

/** Coefficients kept of each fingerprint. */
const KEPT = 64;

/** A pair of similar fingerprints by position, `first` < `second`. */
export interface NearPair {
  readonly first: number;
  readonly second: number;
  /** Their correlation. */
  readonly similarity: number;
}

/** True if nothing is to be learnt of two images: `same` says whether both are in one of these sets. */
export type IsKnown = (same: (sets: Sets) => boolean) => boolean;

/** Options of {@link NearPairs.visit}. */
export interface VisitOptions {
  /** Pairs that need not be visited; by default none. It must not become false again. */
  readonly isKnown?: IsKnown;
  /** Called now and then with the number of images whose neighbours are known. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Ends the search with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds after which other work gets its turn. */
const TURN = 50;

/** Images by the coefficients of their fingerprints. */
export class NearPairs {
  readonly #moments: ReturnType<typeof moments>[];
  /** [images, KEPT]; rows of flat images have no meaning. */
  readonly #space: Float32Array;

  constructor(readonly fingerprints: readonly Uint8Array[]) {
    this.#moments = fingerprints.map(moments);
    this.#space = project(fingerprints, this.#moments.map(({ norm }) => norm));
  }

  /**
   * Calls `visit` for each pair of `images`, by default all, that reaches `threshold`, in no particular order. Flat
   * images are in none.
   */
  async visit(
    threshold: number,
    visit: (pair: NearPair) => void,
    { isKnown, onProgress, signal }: VisitOptions = {},
    images: Iterable<number> = this.fingerprints.keys(),
  ): Promise<void> {
    const all = this.#moments,
      tree = new PointTree(this.#space, KEPT, [...images].filter((i) => all[i].norm > 0));
    // Slightly more than the exact distance, to allow for single-precision rounding.
    const limit = (Math.sqrt(2 * (1 - threshold)) + 1e-4) ** 2;
    const compare = (a: number, b: number) => {
      if (!this.#isWithin(a, b, limit) || isKnown?.((sets) => sets.find(a) === sets.find(b))) return;
      const first = Math.min(a, b), second = Math.max(a, b);
      const value = similarity(this.fingerprints[first], this.fingerprints[second], all[first], all[second]);
      if (value >= threshold) visit({ first, second, similarity: value });
    };
    const isDone = isKnown && ((a: number, box: Box) => isKnown((sets) => tree.isOne(box, sets, a)));
    let turned = performance.now();
    for (let at = 0; at < tree.order.length; at++) {
      tree.eachNear(at, limit, compare, isDone);
      if (at % 64 !== 0 || performance.now() - turned < TURN) continue;
      onProgress?.(at);
      await new Promise<void>((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      turned = performance.now();
    }
  }

  #isWithin(a: number, b: number, limit: number): boolean {
    const space = this.#space;
    let sum = 0;
    for (let k = 0, i = a * KEPT, j = b * KEPT; k < KEPT; k++, i++, j++) {
      const difference = space[i] - space[j];
      sum += difference * difference;
      if (sum > limit) return false;
    }
    return true;
  }
}

/**
 * [fingerprints, KEPT]: low coefficients of the cosine transform over rows, columns and channels, largest variance
 * first.
 */
function project(fingerprints: readonly Uint8Array[], norms: readonly number[]): Float32Array {
  const raw = new Float32Array(fingerprints.length * KEPT);
  fingerprints.forEach((values, point) => {
    // The basis vectors have zero mean, so the mean need not be subtracted.
    if (norms[point] > 0) transform(values, 1 / norms[point], raw.subarray(point * KEPT, (point + 1) * KEPT));
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

/** Frequencies over rows, columns and channels. */
type Frequency = readonly [u: number, v: number, w: number];

/** The KEPT lowest frequencies without the constant one. */
const LOW: readonly Frequency[] = Array.from({ length: FINGERPRINT_VALUES }, (_, i): Frequency => [
  Math.trunc(i / 3 / SIDE),
  Math.trunc(i / 3) % SIDE,
  i % 3,
]).sort((a, b) => weight(a) - weight(b)).slice(1, KEPT + 1);

function weight([u, v, w]: Frequency): number {
  return u * u + v * v + w * w;
}

/** Frequencies below this occur in LOW, for rows and for columns. */
const ALONG = 1 + largest(LOW.flatMap(([u, v]) => [u, v]));

/** cosines[frequency * size + position] of the orthonormal DCT-II. */
function cosines(frequencies: number, size: number): Float64Array {
  return Float64Array.from({ length: frequencies * size }, (_, i) => {
    const frequency = Math.trunc(i / size), position = i % size;
    const scale = Math.sqrt((frequency === 0 ? 1 : 2) / size);
    return scale * Math.cos(Math.PI * (position + 0.5) * frequency / size);
  });
}

const SIDES = cosines(ALONG, SIDE), CHANNELS = cosines(3, 3);

/** Sums over columns [ALONG, SIDE, 3], and over rows, too [ALONG, ALONG, 3]. */
const overColumns = new Float64Array(ALONG * SIDE * 3), overRows = new Float64Array(ALONG * ALONG * 3);

/** Writes the coefficients of LOW, `factor` times, one axis after the other. */
function transform(values: Uint8Array, factor: number, to: Float32Array): void {
  for (let v = 0; v < ALONG; v++) {
    for (let row = 0; row < SIDE * 3; row++) {
      const from = Math.trunc(row / 3) * SIDE * 3 + row % 3;
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += values[from + 3 * x] * SIDES[v * SIDE + x];
      overColumns[v * SIDE * 3 + row] = sum;
    }
  }
  for (let u = 0; u < ALONG; u++) {
    for (let column = 0; column < ALONG * 3; column++) {
      const from = Math.trunc(column / 3) * SIDE * 3 + column % 3;
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += overColumns[from + 3 * y] * SIDES[u * SIDE + y];
      overRows[u * ALONG * 3 + column] = sum;
    }
  }
  LOW.forEach(([u, v, w], k) => {
    const at = (u * ALONG + v) * 3;
    const [r, g, b] = [overRows[at], overRows[at + 1], overRows[at + 2]];
    to[k] = factor * (r * CHANNELS[3 * w] + g * CHANNELS[3 * w + 1] + b * CHANNELS[3 * w + 2]);
  });
}
