/** Loss of resolution: antialiased bilinear resizing down and back up, as in Pillow. */
import * as z from "zod";
import type { Picture } from "../types.ts";
import type { Size } from "./operation.ts";
import { resizeTo } from "./resample.ts";
import { defineTransform, probability, range, scaledSize, type TransformPlugin } from "./transform.ts";

/** Reduces `picture` to the resolution `small` at the same size. */
export function downscaleTo(picture: Picture, small: Size): Picture {
  return resizeTo(resizeTo(picture, small.width, small.height), picture.width, picture.height);
}

/** With probability `p`, reduces the resolution of both sides by a factor uniform in `scale`. */
export const bilinear_downscale: TransformPlugin = defineTransform({
  options: z.strictObject({
    scale: range(1e-3, 1).default([0.3, 0.75]),
    p: probability.default(0.3),
  }),
  random: true,
  make: ({ scale: [low, high], p }) => (size, rng) => {
    if (rng.uniform() >= p) return [];
    return [{ kind: "downscale", ...scaledSize(size, rng.uniform(low, high)) }];
  },
});
