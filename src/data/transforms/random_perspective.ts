/** RandomPerspective as in torchvision: each corner moves inwards by a random amount. */
import * as z from "zod";
import type { Rng } from "../../base/rng.ts";
import type { Size } from "./operation.ts";
import { type Corners, perspectiveCoefficients } from "./perspective.ts";
import { defineTransform, probability, type TransformPlugin } from "./transform.ts";
import { warpingOf, warpingOptions } from "./warping.ts";

/**
 * The new corners of an image: each moves inwards by up to `scale` of half the sides, in whole pixels. Torchvision's
 * get_params.
 */
export function drawCorners({ width, height }: Size, scale: number, rng: Rng): Corners {
  const far = (side: number) => Math.trunc(scale * Math.floor(side / 2)) + 1;
  const near = (side: number) => rng.integer(far(side));
  const opposite = (side: number) => side - far(side) + rng.integer(far(side));
  return [
    [near(width), near(height)],
    [opposite(width), near(height)],
    [opposite(width), opposite(height)],
    [near(width), opposite(height)],
  ];
}

/**
 * With probability `p`, moves each corner inwards by up to `distortion_scale` of half the sides. An image so small
 * that its corners meet is left unchanged.
 */
export const random_perspective: TransformPlugin = defineTransform({
  options: z.strictObject({
    distortion_scale: probability.default(0.5),
    p: probability.default(0.5),
    ...warpingOptions("bilinear"),
  }),
  random: true,
  make: ({ distortion_scale, p, ...options }) => (size, rng) => {
    if (rng.uniform() >= p) return [];
    const [right, bottom] = [size.width - 1, size.height - 1];
    const corners: Corners = [[0, 0], [right, 0], [right, bottom], [0, bottom]];
    const coefficients = perspectiveCoefficients(corners, drawCorners(size, distortion_scale, rng));
    return coefficients ? [{ kind: "perspective", coefficients, ...warpingOf(options) }] : [];
  },
});
