/** RandAugment (Cubuk et al. 2020) as in torchvision. */
import * as z from "zod";
import { type AugmentationSpace, drawAugmentation, drawName, moderate } from "./augmentation_space.ts";
import { defineTransform, type TransformPlugin } from "./transform.ts";
import { warpingOf, warpingOptions } from "./warping.ts";

const space: AugmentationSpace = { Identity: undefined, ...moderate };

/** Applies `num_ops` operations, each drawn from 14, of strength `magnitude` on a scale of `num_magnitude_bins`. */
export const rand_augment: TransformPlugin = defineTransform({
  options: z.strictObject({
    num_ops: z.int().min(0).default(2),
    magnitude: z.int().min(0).default(9),
    num_magnitude_bins: z.int().min(2).default(31),
    ...warpingOptions("nearest"),
  }).refine(({ magnitude, num_magnitude_bins }) => magnitude < num_magnitude_bins, {
    error: "must be below num_magnitude_bins",
    path: ["magnitude"],
  }),
  random: true,
  make: ({ num_ops, magnitude, num_magnitude_bins, ...options }) => {
    const warping = warpingOf(options);
    return (size, rng) =>
      Array.from({ length: num_ops }).flatMap(() =>
        drawAugmentation(space, drawName(space, rng), [magnitude, num_magnitude_bins], size, warping, rng)
      );
  },
});
