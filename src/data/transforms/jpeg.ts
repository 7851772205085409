import * as z from "zod";
import { defineTransform, probability, type TransformPlugin } from "./transform.ts";

const quality = z.int().min(1).max(100);

/** With probability `p`, compresses as JPEG at a quality uniform in `quality`, within 1 .. 100. */
export const jpeg: TransformPlugin = defineTransform({
  options: z.strictObject({
    quality: z.tuple([quality, quality])
      .refine(([low, high]) => low <= high, { error: "must be [low, high] with low <= high" })
      .default([20, 75]),
    p: probability.default(0.5),
  }),
  random: true,
  make: ({ quality: [low, high], p }) => (_, rng) =>
    rng.uniform() < p ? [{ kind: "jpeg", quality: low + rng.integer(high - low + 1) }] : [],
});
