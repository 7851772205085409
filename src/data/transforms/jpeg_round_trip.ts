/**
 * A round trip through baseline JPEG with chroma at half resolution (4:2:0), as libjpeg-turbo's defaults perform it,
 * in the same integer arithmetic: colours to YCbCr (jccolor.c), chroma averaged over 2 x 2 pixels (jcsample.c), each
 * 8 x 8 block transformed, quantised and back (jpeg_dct.ts, jcdctmgr.c), chroma interpolated ("fancy upsampling",
 * jdsample.c) and colours back (jdcolor.c). Entropy coding is lossless, so no bytes are produced. Every level equals
 * that of Pillow and sharp.
 */
import type { Picture } from "../types.ts";
import { forwardDct, inverseDct } from "./jpeg_dct.ts";

/** Annex K.1 of the JPEG standard, row by row. */
const LUMA = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
].flat();

/** Annex K.2. */
const CHROMA = [
  [17, 18, 24, 47, 99, 99, 99, 99],
  [18, 21, 26, 66, 99, 99, 99, 99],
  [24, 26, 56, 99, 99, 99, 99, 99],
  [47, 66, 99, 99, 99, 99, 99, 99],
  ...Array.from({ length: 4 }, () => Array.from({ length: 8 }, () => 99)),
].flat();

/** The quantisation steps for a quality of 1 .. 100, [64] row by row: jcparam.c's jpeg_set_quality. */
export function quantization(quality: number): { luma: Int32Array; chroma: Int32Array } {
  if (!(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw new RangeError(`Cannot compress image at quality ${quality}: need an integer of 1 .. 100`);
  }
  const percent = quality < 50 ? Math.trunc(5000 / quality) : 200 - quality * 2;
  const scaled = (table: readonly number[]) =>
    Int32Array.from(table, (step) => Math.min(255, Math.max(1, Math.trunc((step * percent + 50) / 100))));
  return { luma: scaled(LUMA), chroma: scaled(CHROMA) };
}

/** One channel, with sides that are multiples of 8. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The weights of the colours in libjpeg, in units of 2^-16. */
const CENTER = 128 << 16;
const luma = (r: number, g: number, b: number) => (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
const blue = (r: number, g: number, b: number) => (-11059 * r - 21709 * g + 32768 * b + CENTER + 32767) >> 16;
const red = (r: number, g: number, b: number) => (32768 * r - 27439 * g - 5329 * b + CENTER + 32767) >> 16;

const blocks = (length: number) => Math.ceil(length / 8) * 8;

/** Y of each pixel; blocks beyond the image repeat its last column and row. */
function lumaPlane({ width, height, data }: Picture): Plane {
  const plane = { width: blocks(width), height: blocks(height) };
  const out = new Uint8Array(plane.width * plane.height);
  for (let y = 0, to = 0; y < plane.height; y++) {
    const row = Math.min(y, height - 1) * width;
    for (let x = 0; x < plane.width; x++, to++) {
      const at = (row + Math.min(x, width - 1)) * 3;
      out[to] = luma(data[at], data[at + 1], data[at + 2]);
    }
  }
  return { ...plane, data: out };
}

/**
 * Cb or Cr, averaged over 2 x 2 pixels and rounded up in every second column. Columns beyond the image repeat its
 * last column; rows repeat the last row of averages.
 */
function chromaPlane({ width, height, data }: Picture, channel: typeof blue): Plane {
  const rows = Math.ceil(height / 2);
  const plane = { width: blocks(Math.ceil(width / 2)), height: blocks(rows) };
  const out = new Uint8Array(plane.width * plane.height);
  const at = (x: number, y: number) => {
    const i = (Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3;
    return channel(data[i], data[i + 1], data[i + 2]);
  };
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < plane.width; x++) {
      const sum = at(2 * x, 2 * y) + at(2 * x + 1, 2 * y) + at(2 * x, 2 * y + 1) + at(2 * x + 1, 2 * y + 1);
      out[y * plane.width + x] = (sum + 1 + (x & 1)) >> 2;
    }
  }
  for (let y = rows; y < plane.height; y++) {
    out.copyWithin(y * plane.width, (rows - 1) * plane.width, rows * plane.width);
  }
  return { ...plane, data: out };
}

/** Quantises each block of `plane` with `steps`, in place. */
function quantizePlane({ width, height, data }: Plane, steps: Int32Array): void {
  const block = new Int32Array(64);
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      const start = top * width + left;
      for (let i = 0; i < 64; i++) block[i] = data[start + (i >> 3) * width + (i & 7)] - 128;
      forwardDct(block);
      for (let i = 0; i < 64; i++) block[i] = roundTo(block[i], steps[i] * 8) >> 3;
      inverseDct(block);
      for (let i = 0; i < 64; i++) data[start + (i >> 3) * width + (i & 7)] = clip(block[i] + 128);
    }
  }
}

/** The multiple of `step` nearest to `value`, ties away from 0. */
function roundTo(value: number, step: number): number {
  const count = Math.trunc((Math.abs(value) + (step >> 1)) / step);
  return value < 0 ? -count * step : count * step;
}

function clip(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/**
 * `plane`, of which the first `columns` x `rows` values count, at twice the sides: 9/16 of the nearest value, 3/16 of
 * its horizontal and vertical neighbours, 1/16 of the diagonal one. Up to two columns are simply doubled, as in
 * libjpeg.
 */
function upsample(plane: Plane, columns: number, rows: number): Plane {
  const width = columns * 2, height = rows * 2;
  const data = new Uint8Array(width * height);
  const { width: stride, data: from } = plane;
  for (let y = 0, to = 0; y < height; y++) {
    const near = (y >> 1) * stride;
    const far = Math.min(rows - 1, Math.max(0, (y >> 1) + (y & 1 ? 1 : -1))) * stride;
    const sum = (x: number) => 3 * from[near + x] + from[far + x];
    for (let x = 0; x < width; x++, to++) {
      const here = x >> 1;
      if (columns <= 2) {
        data[to] = from[near + here];
        continue;
      }
      const beside = Math.min(columns - 1, Math.max(0, here + (x & 1 ? 1 : -1)));
      data[to] = (3 * sum(here) + sum(beside) + (x & 1 ? 7 : 8)) >> 4;
    }
  }
  return { width, height, data };
}

/** `picture` after JPEG compression at `quality`. @throws RangeError unless quality is an integer of 1 .. 100 */
export function jpegRoundTrip(picture: Picture, quality: number): Picture {
  const steps = quantization(quality);
  const { width, height } = picture;
  const y = lumaPlane(picture), smallBlue = chromaPlane(picture, blue), smallRed = chromaPlane(picture, red);
  quantizePlane(y, steps.luma);
  quantizePlane(smallBlue, steps.chroma);
  quantizePlane(smallRed, steps.chroma);
  const columns = Math.ceil(width / 2), rows = Math.ceil(height / 2);
  const cb = upsample(smallBlue, columns, rows), cr = upsample(smallRed, columns, rows);
  const data = new Uint8Array(width * height * 3);
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++, to += 3) {
      const level = y.data[row * y.width + column];
      const b = cb.data[row * cb.width + column] - 128, r = cr.data[row * cr.width + column] - 128;
      data[to] = clip(level + ((91881 * r + 32768) >> 16));
      data[to + 1] = clip(level + ((-22554 * b - 46802 * r + 32768) >> 16));
      data[to + 2] = clip(level + ((116130 * b + 32768) >> 16));
    }
  }
  return { width, height, data };
}
