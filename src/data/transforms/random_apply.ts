/** RandomApply as in torchvision: all of a list of transforms, or none. */
import * as z from "zod";
import { defineTransform, probability, sequence, steps, type TransformPlugin } from "./transform.ts";

/** Applies all of `transforms`, in order, with probability `p`. */
export const random_apply: TransformPlugin = defineTransform({
  options: z.strictObject({ transforms: steps, p: probability.default(0.5) }),
  random: true,
  make: ({ transforms, p }, { makeAll }) => {
    const all = sequence(makeAll(transforms));
    return (size, rng) => rng.uniform() < p ? all(size, rng) : [];
  },
});
