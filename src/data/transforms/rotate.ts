import * as z from "zod";
import { UNMOVED } from "./affine.ts";
import { defineTransform, range, type TransformPlugin } from "./transform.ts";
import { warpingOf, warpingOptions } from "./warping.ts";

/** Rotates about the centre, counter-clockwise by an angle uniform in `degrees`: x means -x .. x. */
export const rotate: TransformPlugin = defineTransform({
  options: z.strictObject({
    degrees: z.union([z.number().min(0).max(360), range(-360)]),
    ...warpingOptions("nearest"),
  }),
  random: true,
  takes: () => "any",
  make: ({ degrees, ...options }) => {
    const [low, high] = typeof degrees === "number" ? [-degrees, degrees] : degrees;
    const warping = warpingOf(options);
    return (_, rng) => [{ kind: "affine", ...UNMOVED, angle: -rng.uniform(low, high), ...warping }];
  },
});
