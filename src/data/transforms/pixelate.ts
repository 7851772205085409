/** Pixelation: nearest-neighbour resizing down and back up, as in Pillow. */
import * as z from "zod";
import type { Picture } from "../types.ts";
import type { Size } from "./operation.ts";
import { defineTransform, probability, range, scaledSize, type TransformPlugin } from "./transform.ts";

/**
 * The input position for each output position of Pillow's NEAREST resize. Its ImagingScaleAffine accumulates the
 * scale in float64, so the side to which a position on the edge between two pixels falls depends on rounding.
 */
export function nearestPositions(inSize: number, outSize: number): Int32Array {
  const scale = inSize / outSize;
  let place = scale * 0.5;
  return Int32Array.from({ length: outSize }, () => {
    const position = Math.min(inSize - 1, Math.trunc(place));
    place += scale;
    return position;
  });
}

/** The source positions that a side of `size` shows after pixelation to `small`. */
export function pixelatedPositions(size: number, small: number): Int32Array {
  const down = nearestPositions(size, small);
  return nearestPositions(small, size).map((position) => down[position]);
}

/** Pixelates `picture` to `small` at the same size. */
export function pixelateTo({ width, height, data }: Picture, small: Size): Picture {
  const columns = pixelatedPositions(width, small.width), rows = pixelatedPositions(height, small.height);
  const out = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const from = (rows[y] * width + columns[x]) * 3;
      out[to] = data[from];
      out[to + 1] = data[from + 1];
      out[to + 2] = data[from + 2];
    }
  }
  return { width, height, data: out };
}

/** With probability `p`, reduces the pixels of both sides by a factor uniform in `scale`. */
export const pixelate: TransformPlugin = defineTransform({
  options: z.strictObject({
    scale: range(1e-3, 1).default([0.25, 0.75]),
    p: probability.default(0.3),
  }),
  random: true,
  make: ({ scale: [low, high], p }) => (size, rng) => {
    if (rng.uniform() >= p) return [];
    return [{ kind: "pixelate", ...scaledSize(size, rng.uniform(low, high)) }];
  },
});
