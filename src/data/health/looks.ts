/** Measures how dark, flat or blurred an image is. */
import { resizeTo } from "../transforms/resample.ts";
import type { Picture } from "../types.ts";
import type { Looks } from "./types.ts";

/** Larger images are measured at this size: one that is blurred at full size may be sharp enough for training. */
const MAX_SIDE = 512;

/** Measures an image. */
export function measureLooks(picture: Picture): Looks {
  const longer = Math.max(picture.width, picture.height);
  const side = (length: number) => Math.max(1, Math.round(length * MAX_SIDE / longer));
  const small = longer <= MAX_SIDE ? picture : resizeTo(picture, side(picture.width), side(picture.height));
  const luma = lumaOf(small);
  const { low, high } = percentiles(luma);
  const variance = varianceOf(luma);
  const sharpness = variance < 1 ? 0 : laplacianVariance(luma, small.width, small.height) / variance;
  return { low, high, contrast: Math.sqrt(variance), sharpness };
}

/** [height, width], 0 .. 255, with Rec. 601's weights. */
function lumaOf({ width, height, data }: Picture): Uint8Array {
  const luma = new Uint8Array(width * height);
  for (let i = 0, from = 0; i < luma.length; i++, from += 3) {
    luma[i] = (data[from] * 299 + data[from + 1] * 587 + data[from + 2] * 114 + 500) / 1000;
  }
  return luma;
}

function percentiles(luma: Uint8Array): { low: number; high: number } {
  const histogram = new Uint32Array(256);
  for (const level of luma) histogram[level]++;
  const levelAt = (share: number) => {
    let left = share * luma.length, level = 0;
    while (level < 255 && (left -= histogram[level]) >= 0) level++;
    return level;
  };
  return { low: levelAt(0.02), high: levelAt(0.98) };
}

function varianceOf(values: ArrayLike<number>): number {
  let sum = 0, squares = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    squares += values[i] * values[i];
  }
  return Math.max(0, (squares - sum * sum / values.length) / values.length);
}

/** Variance of 4 times a pixel minus its four neighbours, over all pixels that have four; 0 if there are none. */
function laplacianVariance(luma: Uint8Array, width: number, height: number): number {
  if (width < 3 || height < 3) return 0;
  const values = new Int16Array((width - 2) * (height - 2));
  let to = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1, end = i + width - 2; i < end; i++) {
      values[to++] = 4 * luma[i] - luma[i - 1] - luma[i + 1] - luma[i - width] - luma[i + width];
    }
  }
  return varianceOf(values);
}
