/**
 * Antialiased resize of 8-bit images with the same results as Pillow's Resample.c: a horizontal pass, then a vertical
 * one, each with a filter scaled to the downsampling factor, in fixed-point arithmetic, rounded to 8 bits in between.
 * Pillow 13 takes the vertical pass first where that is less work, as of most portraits, which earlier ones, with which
 * torchvision's weights were evaluated, and torch on 8-bit tensors do not. By bilinear filters the order changes a level
 * at most, by bicubic ones more at hard edges, where it cuts off what overshoots.
 */
import { bySizes } from "../size_cache.ts";
import type { Picture } from "../types.ts";
import type { Box, ResizeFilter, Size } from "./operation.ts";

const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/** For some output positions: the first input position, the number of input positions, and their weights. */
export interface Filter {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [positions, width], fixed point with PRECISION_BITS fractional bits. */
  readonly weights: Int32Array;
  readonly width: number;
}

/** A filter's weight at a distance of at least 0, and the distance from which on it is 0. */
interface Curve {
  readonly reach: number;
  weight(distance: number): number;
}

/** Pillow's `bilinear_filter` and `bicubic_filter`. */
const curves: Readonly<Record<ResizeFilter, Curve>> = {
  bilinear: { reach: 1, weight: (d) => Math.max(0, 1 - d) },
  bicubic: {
    reach: 2,
    weight: (d) => d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? (((d - 5) * d + 8) * d - 4) * -0.5 : 0,
  },
};

/**
 * Pillow's precompute_coeffs and normalize_coeffs_8bpc, for the output positions `start` .. `end` - 1 of `outSize`. A
 * thin image becomes very long, so memory is bounded by what is looked at.
 */
export const filterFor = bySizes(2048, makeFilter);

function makeFilter(
  inSize: number,
  outSize: number,
  start: number,
  end: number,
  interpolation: ResizeFilter,
): Filter {
  const { reach, weight } = curves[interpolation];
  const scale = inSize / outSize, stretch = Math.max(scale, 1);
  const support = reach * stretch;
  const width = Math.ceil(support) * 2 + 1;
  const positions = end - start;
  const first = new Int32Array(positions), count = new Int32Array(positions);
  const weights = new Int32Array(positions * width);
  const exact = new Float64Array(width);
  for (let out = 0; out < positions; out++) {
    const center = (start + out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const to = Math.min(inSize, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let i = from; i < to; i++) {
      exact[i - from] = weight(Math.abs((i - center + 0.5) * (1 / stretch)));
      sum += exact[i - from];
    }
    for (let i = 0; i < to - from; i++) {
      const share = sum === 0 ? exact[i] : exact[i] / sum;
      weights[out * width + i] = Math.trunc((share < 0 ? -0.5 : 0.5) + share * (1 << PRECISION_BITS));
    }
    first[out] = from;
    count[out] = to - from;
  }
  return { first, count, weights, width };
}

/** The columns of `filter`, in the rows `top` .. `bottom` - 1 of `picture`. */
function resizeRows({ width, data }: Picture, filter: Filter, top: number, bottom: number): Picture {
  const { first, count, weights, width: stride } = filter;
  const outWidth = first.length, height = bottom - top;
  const out = new Uint8Array(outWidth * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = (top + y) * width * 3;
    for (let x = 0; x < outWidth; x++, to += 3) {
      let r = HALF, g = HALF, b = HALF;
      let from = row + first[x] * 3;
      for (let k = x * stride, end = k + count[x]; k < end; k++, from += 3) {
        const weight = weights[k];
        r += Math.imul(data[from], weight);
        g += Math.imul(data[from + 1], weight);
        b += Math.imul(data[from + 2], weight);
      }
      out[to] = clip8(r);
      out[to + 1] = clip8(g);
      out[to + 2] = clip8(b);
    }
  }
  return { width: outWidth, height, data: out };
}

/** The rows of `filter`, whose input positions start at row `top` of the image that `picture` is the rest of. */
function resizeColumns({ width, data }: Picture, filter: Filter, top: number): Picture {
  const { first, count, weights, width: stride } = filter;
  const rowSize = width * 3, outHeight = first.length;
  const out = new Uint8Array(rowSize * outHeight);
  for (let y = 0, to = 0; y < outHeight; y++) {
    const start = y * stride, end = start + count[y];
    const at = (first[y] - top) * rowSize;
    for (let x = 0; x < rowSize; x++, to++) {
      let sum = HALF;
      for (let k = start, from = at + x; k < end; k++, from += rowSize) {
        sum += Math.imul(data[from], weights[k]);
      }
      out[to] = clip8(sum);
    }
  }
  return { width, height: outHeight, data: out };
}

function clip8(value: number): number {
  const level = value >> PRECISION_BITS;
  return level < 0 ? 0 : level > 255 ? 255 : level;
}

/** What {@link resizeTo} leaves open. */
export interface ResizeOptions {
  /** The part of the result that is wanted, inside of it; by default all. */
  readonly window?: Box;
  /** By default bilinear. */
  readonly interpolation?: ResizeFilter | undefined;
}

/** `picture` at `width` x `height` pixels, identical to Pillow's `resize((width, height), interpolation)`. */
export function resizeTo(
  picture: Picture,
  width: number,
  height: number,
  { window, interpolation = "bilinear" }: ResizeOptions = {},
): Picture {
  if (!(width >= 1 && height >= 1)) {
    throw new RangeError(`Cannot resize image to ${width}x${height}: need sides of at least 1`);
  }
  const seen = window ?? { top: 0, left: 0, width, height };
  const isWide = picture.width === width && seen.width === width;
  const isHigh = picture.height === height && seen.height === height;
  const down = isHigh
    ? undefined
    : filterFor(picture.height, height, seen.top, seen.top + seen.height, interpolation);
  const [top, bottom] = down ? rowsOf(down) : [0, height];
  const across = isWide
    ? undefined
    : filterFor(picture.width, width, seen.left, seen.left + seen.width, interpolation);
  const wide = across ? resizeRows(picture, across, top, bottom) : picture;
  return down ? resizeColumns(wide, down, across ? top : 0) : wide;
}

/** The rows that a filter reads, [start, end). */
function rowsOf({ first, count }: Filter): [number, number] {
  return [first[0], first.at(-1)! + count.at(-1)!];
}

/** `picture` with its shorter side at `size` and the longer at `int(size * long / short)`: torchvision's resize. */
export function resizeShorterSide(picture: Picture, size: number, interpolation?: ResizeFilter): Picture {
  const { width, height } = shorterSideAt(picture, size);
  return resizeTo(picture, width, height, { interpolation });
}

/** The size of an image of the given one with its shorter side at `size`. */
export function shorterSideAt({ width, height }: Size, size: number): Size {
  return width <= height
    ? { width: size, height: Math.trunc((size * height) / width) }
    : { width: Math.trunc((size * width) / height), height: size };
}
