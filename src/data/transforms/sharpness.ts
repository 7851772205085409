/** Sharpness as torchvision's tensor backend adjusts it. */
import * as z from "zod";
import type { Picture } from "../types.ts";
import { defineTransform, probability, sometimes, type TransformPlugin } from "./transform.ts";

const f = Math.fround;

/**
 * Blends `picture` with the rounded mean of 3 x 3 pixels, in which the middle counts 5 of 13, by one float32
 * multiply-add; the outermost pixels remain. 0 gives the smooth picture, 1 the original, 2 twice the sharpness.
 */
export function adjustSharpness(picture: Picture, factor: number): Picture {
  const { width, height, data } = picture;
  const out = data.slice();
  const row = 3 * width, share = f(1 - factor);
  const across = (at: number) => data[at - 3] + data[at] + data[at + 3];
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * row + 3; at < (y + 1) * row - 3; at++) {
      const sum = across(at - row) + across(at) + across(at + row) + 4 * data[at];
      const smooth = Math.floor((2 * sum + 13) / 26);
      out[at] = Math.max(0, Math.min(255, f(data[at] + share * (smooth - data[at]))));
    }
  }
  return { width, height, data: out };
}

/** With probability `p`, multiplies the sharpness by `factor`: 0 smooths, 2 doubles it. */
export const sharpness: TransformPlugin = defineTransform({
  options: z.strictObject({ factor: z.number().min(0), p: probability.default(0.5) }),
  random: true,
  make: ({ factor, p }) => sometimes(p, { kind: "sharpness", by: factor }),
});
