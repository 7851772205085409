/** Checks that timed results are right: samples of each result against sums in float64. */
import { GpuError } from "../src/base/errors.ts";
import { rng } from "../src/base/rng.ts";
import type { DType } from "../src/core/tensor.ts";
import type { ConvShape } from "../tests/reference/conv2d.ts";

/** A prime, so that no tensor repeats the noise at a relevant period. */
const BLOCK = 1_048_573;
let block: Float32Array | undefined;

/** Standard normal numbers; `offset` makes tensors differ. Rounded as stored, for f16. */
export function noise(count: number, offset: number, dtype: DType = "f32"): Float32Array {
  if (!block) {
    const random = rng(42, "bench");
    block = Float32Array.from({ length: BLOCK }, () => random.normal());
  }
  const values = new Float32Array(count);
  for (let start = -(offset % BLOCK); start < count; start += BLOCK) {
    const from = Math.max(0, -start), length = Math.min(BLOCK - from, count - start - from);
    values.set(block.subarray(from, from + length), start + from);
  }
  return dtype === "f16" ? Float32Array.from(Float16Array.from(values)) : values;
}

/** Indices spread over `count` elements, including the first and the last. */
export function samples(count: number, wanted = 48): number[] {
  const random = rng(42, "samples", count % 2 ** 32);
  const between = Array.from({ length: Math.min(wanted, count) }, () => random.integer(count));
  return [...new Set([0, count - 1, ...between])];
}

/** How far a result may be off, relative to the largest value: the rounding of sums of `terms` products. */
export function tolerance(dtype: DType, terms: number): number {
  const rounding = 2 ** -24 * Math.max(256, 8 * Math.sqrt(terms));
  return rounding + (dtype === "f16" ? 2 ** -10 : 0);
}

/**
 * Compares values with the expected ones.
 * @throws GpuError naming the result and the worst value
 */
export function requireClose(
  what: string,
  actual: readonly number[],
  expected: readonly number[],
  share: number,
): void {
  const allowed = share * expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = (i: number) => Math.abs(actual[i] - expected[i]);
  const wrong = expected.findIndex((_, i) => !(error(i) <= allowed));
  if (wrong < 0) return;
  throw new GpuError(
    `Cannot time ${what} because it is wrong: sample ${wrong} is ${actual[wrong]}, the naive result is ` +
      `${expected[wrong]}, allowed error: at most ${allowed.toExponential(1)}`,
  );
}

/** Channels of x and of y in a group. */
function ofGroup({ c, k, groups = 1 }: ConvShape): [number, number] {
  return [c / groups, k / groups];
}

/** One element of y [N, P, Q, K]. */
export function forwardAt(
  x: Float32Array,
  w: Float32Array,
  o: ConvShape,
  p: number,
  q: number,
  i: number,
): number {
  const k = i % o.k, column = Math.floor(i / o.k) % q, row = Math.floor(i / o.k / q) % p;
  const image = Math.floor(i / o.k / q / p), [ofX, ofY] = ofGroup(o), first = Math.floor(k / ofY) * ofX;
  let sum = 0;
  for (let r = 0; r < o.r; r++) {
    for (let s = 0; s < o.s; s++) {
      const h = row * o.stride - o.padding + r, v = column * o.stride - o.padding + s;
      if (h < 0 || h >= o.h || v < 0 || v >= o.w) continue;
      const from = ((image * o.h + h) * o.w + v) * o.c + first, weights = (r * o.s + s) * ofX * o.k + k;
      for (let c = 0; c < ofX; c++) sum += x[from + c] * w[weights + c * o.k];
    }
  }
  return sum;
}

/** One element of dx [N, H, W, C]. */
export function dxAt(
  dy: Float32Array,
  w: Float32Array,
  o: ConvShape,
  p: number,
  q: number,
  i: number,
): number {
  const c = i % o.c, column = Math.floor(i / o.c) % o.w, row = Math.floor(i / o.c / o.w) % o.h;
  const image = Math.floor(i / o.c / o.w / o.h), [ofX, ofY] = ofGroup(o), first = Math.floor(c / ofX) * ofY;
  let sum = 0;
  for (let r = 0; r < o.r; r++) {
    for (let s = 0; s < o.s; s++) {
      const h = (row + o.padding - r) / o.stride, v = (column + o.padding - s) / o.stride;
      if (!Number.isInteger(h) || !Number.isInteger(v) || h < 0 || h >= p || v < 0 || v >= q) continue;
      const from = ((image * p + h) * q + v) * o.k + first;
      const weights = ((r * o.s + s) * ofX + c % ofX) * o.k + first;
      for (let k = 0; k < ofY; k++) sum += dy[from + k] * w[weights + k];
    }
  }
  return sum;
}

/** One element of dw [R, S, C / groups, K]. */
export function dwAt(
  x: Float32Array,
  dy: Float32Array,
  o: ConvShape,
  p: number,
  q: number,
  i: number,
): number {
  const [ofX, ofY] = ofGroup(o), k = i % o.k, s = Math.floor(i / o.k / ofX) % o.s;
  const c = Math.floor(k / ofY) * ofX + Math.floor(i / o.k) % ofX, r = Math.floor(i / o.k / ofX / o.s);
  let sum = 0;
  for (let image = 0; image < o.n; image++) {
    for (let row = 0; row < p; row++) {
      const h = row * o.stride - o.padding + r;
      if (h < 0 || h >= o.h) continue;
      for (let column = 0; column < q; column++) {
        const v = column * o.stride - o.padding + s;
        if (v < 0 || v >= o.w) continue;
        sum += x[((image * o.h + h) * o.w + v) * o.c + c] * dy[((image * p + row) * q + column) * o.k + k];
      }
    }
  }
  return sum;
}
