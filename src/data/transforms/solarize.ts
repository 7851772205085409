import * as z from "zod";
import type { Picture } from "../types.ts";
import { mapLevels, tableOf } from "./levels.ts";
import { defineTransform, probability, sometimes, type TransformPlugin } from "./transform.ts";

/** `picture` with levels of at least `threshold`, a float32, inverted: torchvision's solarize. */
export function invertFrom(picture: Picture, threshold: number): Picture {
  const least = Math.fround(threshold);
  return mapLevels(picture, tableOf((level) => level >= least ? 255 - level : level));
}

/** With probability `p`, inverts levels of at least `threshold`. */
export const solarize: TransformPlugin = defineTransform({
  options: z.strictObject({ threshold: z.number().min(0).max(255), p: probability.default(0.5) }),
  random: true,
  takes: () => "any",
  make: ({ threshold, p }) => sometimes(p, { kind: "color", steps: [{ what: "solarize", by: threshold }] }),
});
