/** AutoAugment (Cubuk et al. 2019) as in torchvision. */
import * as z from "zod";
import { type AugmentationSpace, drawAugmentation, moderate } from "./augmentation_space.ts";
import { policies } from "./auto_augment_policies.ts";
import { defineTransform, type TransformPlugin } from "./transform.ts";
import { warpingOf, warpingOptions } from "./warping.ts";

/** Strengths of an operation. */
const BINS = 10;

const space: AugmentationSpace = { ...moderate, Invert: undefined };

/** Applies one of the 25 pairs of operations that were learned on `policy`, each with its probability and strength. */
export const auto_augment: TransformPlugin = defineTransform({
  options: z.strictObject({
    policy: z.enum(["imagenet", "cifar10", "svhn"]).default("imagenet"),
    ...warpingOptions("nearest"),
  }),
  random: true,
  make: ({ policy, ...options }) => {
    const pairs = policies[policy], warping = warpingOf(options);
    return (size, rng) =>
      pairs[rng.integer(pairs.length)].flatMap(([name, p, bin = 0]) =>
        rng.uniform() < p ? drawAugmentation(space, name, [bin, BINS], size, warping, rng) : []
      );
  },
});
