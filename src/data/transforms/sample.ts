/**
 * Samples an image between pixels as torchvision's tensor backend does (grid_sample with zero padding and
 * align_corners=False): float32 weights, results rounded half to even.
 */
import type { Picture } from "../types.ts";
import type { Color, Interpolation } from "./operation.ts";
import { roundHalfEven } from "./transform.ts";

const f = Math.fround;

/**
 * Writes the colour of `picture` at column `x` and row `y`, relative to the centre of its first pixel, to `out[at]`
 * and the two elements after it, blended with `fill` to the degree that the position is outside.
 */
export type Sampler = (
  picture: Picture,
  x: number,
  y: number,
  fill: Color,
  out: Uint8Array,
  at: number,
) => void;

const sampleNearest: Sampler = ({ width, height, data }, x, y, fill, out, at) => {
  const column = roundHalfEven(x), row = roundHalfEven(y);
  const inside = column >= 0 && column < width && row >= 0 && row < height;
  const from = (row * width + column) * 3;
  for (let c = 0; c < 3; c++) out[at + c] = inside ? data[from + c] : fill[c];
};

const sampleBilinear: Sampler = ({ width, height, data }, x, y, fill, out, at) => {
  const left = Math.floor(x), top = Math.floor(y);
  const right = f(x - left), bottom = f(y - top);
  const inLeft = left >= 0 && left < width, inRight = left >= -1 && left < width - 1;
  const inTop = top >= 0 && top < height, inBottom = top >= -1 && top < height - 1;
  const nw = inLeft && inTop ? f(f(1 - right) * f(1 - bottom)) : 0;
  const ne = inRight && inTop ? f(right * f(1 - bottom)) : 0;
  const sw = inLeft && inBottom ? f(f(1 - right) * bottom) : 0;
  const se = inRight && inBottom ? f(right * bottom) : 0;
  const uncovered = 1 - (nw + ne + sw + se);
  const from = (top * width + left) * 3;
  const below = from + width * 3;
  for (let c = 0; c < 3; c++) {
    let value = nw === 0 ? 0 : data[from + c] * nw;
    if (ne !== 0) value += data[from + 3 + c] * ne;
    if (sw !== 0) value += data[below + c] * sw;
    if (se !== 0) value += data[below + 3 + c] * se;
    out[at + c] = Math.min(255, roundHalfEven(f(value + uncovered * fill[c])));
  }
};

/** The sampler of each interpolation. */
export const samplers: Readonly<Record<Interpolation, Sampler>> = {
  nearest: sampleNearest,
  bilinear: sampleBilinear,
};
