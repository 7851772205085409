/** RandomErasing as in torchvision: sets a box of the normalised image to one value. */
import * as z from "zod";
import type { Rng } from "../../base/rng.ts";
import type { Normalization, Picture } from "../types.ts";
import type { Box, OperationOf, Size } from "./operation.ts";
import { defineTransform, probability, range, roundHalfEven, type TransformPlugin } from "./transform.ts";

const ATTEMPTS = 10;

/**
 * Draws a box in an image of `size`: area as a fraction uniform in `scale`, height / width log-uniform in `ratio`;
 * undefined if ten attempts do not fit. Torchvision's get_params.
 */
export function drawErasure(
  { width, height }: Size,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  rng: Rng,
): Box | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = width * height * rng.uniform(scale[0], scale[1]);
    const aspect = Math.exp(rng.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const h = roundHalfEven(Math.sqrt(area * aspect));
    const w = roundHalfEven(Math.sqrt(area / aspect));
    if (h >= height || w >= width) continue;
    return { top: rng.integer(height - h + 1), left: rng.integer(width - w + 1), height: h, width: w };
  }
  return undefined;
}

/**
 * Writes the value to a box of the normalised image [H, W, 4] that is `width` columns wide and starts at `offset`.
 */
export function eraseImage(
  image: Float32Array,
  offset: number,
  width: number,
  { top, left, height: rows, width: columns, value }: Omit<OperationOf<"erase">, "kind">,
): void {
  for (let y = top; y < top + rows; y++) {
    for (let at = offset + (y * width + left) * 4, end = at + columns * 4; at < end; at += 4) {
      image.set(value, at);
    }
  }
}

/** Sets the box to the levels that `normalization` maps to the value, clipped to 0 .. 255, for previews. */
export function eraseLevels(
  picture: Picture,
  { top, left, height, width, value }: Omit<OperationOf<"erase">, "kind">,
  { mean, std }: Normalization,
): Picture {
  const data = picture.data.slice();
  const levels = value.map((one, c) =>
    Math.max(0, Math.min(255, roundHalfEven((one * std[c] + mean[c]) * 255)))
  );
  for (let y = top; y < top + height; y++) {
    const start = (y * picture.width + left) * 3;
    for (let at = start; at < start + width * 3; at += 3) data.set(levels, at);
  }
  return { ...picture, data };
}

/**
 * With probability `p`, sets a box of the normalised image to `value`: one for all channels, or [R, G, B]. The box's
 * area is a fraction uniform in `scale`, its height / width within `ratio`.
 */
export const random_erasing: TransformPlugin = defineTransform({
  options: z.strictObject({
    p: probability.default(0.5),
    scale: range(0, 1).default([0.02, 0.33]),
    ratio: range(1e-3).default([0.3, 3.3]),
    value: z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]).default(0),
  }),
  random: true,
  afterNormalize: true,
  make: ({ p, scale, ratio, value }) => (size, rng) => {
    if (rng.uniform() >= p) return [];
    const box = drawErasure(size, scale, ratio, rng);
    if (box === undefined || box.width === 0 || box.height === 0) return [];
    return [{ kind: "erase", ...box, value: typeof value === "number" ? [value, value, value] : value }];
  },
});
