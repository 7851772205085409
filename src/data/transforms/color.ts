/**
 * Brightness, contrast and saturation as in Pillow's ImageEnhance: a blend, computed in float32 and truncated to 8
 * bits, of the image with a degenerate one (black, its mean grey, or its greyscale version).
 */
import type { Picture } from "../types.ts";
import { LEVELS, mapLevels, tableOf } from "./levels.ts";

/** Pillow's `convert("L")`: ITU-R 601-2 luma in 16-bit fixed point. */
export function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

/** Pillow's Blend.c for one value: `from + factor * (to - from)` in float32, truncated and clipped. */
function blend(from: number, to: number, factor: number): number {
  const value = Math.fround(from + Math.fround(factor * (to - from)));
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
}

function checkFactor(name: string, factor: number): number {
  if (!(factor >= 0)) throw new RangeError(`Cannot adjust ${name} by ${factor}: need a factor of at least 0`);
  return Math.fround(factor);
}

function blendWithLevel(picture: Picture, level: number, factor: number): Picture {
  return mapLevels(picture, tableOf((value) => blend(level, value, factor)));
}

/** Blends with black: 0 gives black, 1 the original, 2 twice the brightness. */
export function adjustBrightness(picture: Picture, factor: number): Picture {
  const exact = checkFactor("brightness", factor);
  return exact === 1 ? picture : blendWithLevel(picture, 0, exact);
}

/** Blends with the image's rounded mean grey: 0 gives that grey, 1 the original. */
export function adjustContrast(picture: Picture, factor: number): Picture {
  const exact = checkFactor("contrast", factor);
  if (exact === 1) return picture;
  const { data } = picture;
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += luma(data[i], data[i + 1], data[i + 2]);
  return blendWithLevel(picture, Math.trunc(sum / (data.length / 3) + 0.5), exact);
}

/** Blends each pixel with its own grey: 0 gives a greyscale image, 1 the original. */
export function adjustSaturation(picture: Picture, factor: number): Picture {
  const exact = checkFactor("saturation", factor);
  if (exact === 1) return picture;
  const { width, height, data } = picture;
  const scaled = new Float32Array(2 * LEVELS - 1); // factor * difference, for differences of -255 .. 255
  for (let i = 0; i < scaled.length; i++) scaled[i] = exact * (i - (LEVELS - 1));
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const gray = luma(data[i], data[i + 1], data[i + 2]);
    out[i] = Math.trunc(Math.fround(gray + scaled[data[i] - gray + 255]));
    out[i + 1] = Math.trunc(Math.fround(gray + scaled[data[i + 1] - gray + 255]));
    out[i + 2] = Math.trunc(Math.fround(gray + scaled[data[i + 2] - gray + 255]));
  }
  return { width, height, data: new Uint8Array(out.buffer) };
}
