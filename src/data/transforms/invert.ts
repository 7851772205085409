import * as z from "zod";
import { defineTransform, probability, sometimes, type TransformPlugin } from "./transform.ts";

/** With probability `p`, inverts all levels, which is to solarise from 0. */
export const invert: TransformPlugin = defineTransform({
  options: z.strictObject({ p: probability.default(0.5) }),
  random: true,
  takes: () => "any",
  make: ({ p }) => sometimes(p, { kind: "color", steps: [{ what: "solarize", by: 0 }] }),
});
