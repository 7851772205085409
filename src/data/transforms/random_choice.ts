/** RandomChoice as in torchvision: one of a list of transforms. */
import * as z from "zod";
import { defineTransform, steps, type TransformPlugin } from "./transform.ts";

/** Applies one of `transforms`, chosen uniformly or with the weights `p`. */
export const random_choice: TransformPlugin = defineTransform({
  options: z.strictObject({
    transforms: steps.min(1),
    p: z.array(z.number().min(0)).nullable().default(null),
  })
    .refine(({ transforms, p }) => p === null || p.length === transforms.length, {
      error: "must have a weight for each transform",
      path: ["p"],
    })
    .refine(({ p }) => p === null || p.some((weight) => weight > 0), {
      error: "must have a weight above 0",
      path: ["p"],
    }),
  random: true,
  make: ({ transforms, p }, { makeAll }) => {
    const choices = makeAll(transforms);
    const weights = p ?? choices.map(() => 1);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const last = weights.findLastIndex((weight) => weight > 0);
    return (size, rng) => {
      let rest = rng.uniform(0, total);
      const drawn = weights.findIndex((weight) => (rest -= weight) < 0);
      return choices[drawn < 0 ? last : drawn](size, rng);
    };
  },
});
