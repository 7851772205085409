import * as z from "zod";
import { defineTransform, probability, sometimes, type TransformPlugin } from "./transform.ts";

/** With probability `p`, makes the image grey, which is a saturation of 0. */
export const grayscale: TransformPlugin = defineTransform({
  options: z.strictObject({ p: probability.default(0.1) }),
  random: true,
  takes: () => "any",
  make: ({ p }) => sometimes(p, { kind: "color", steps: [{ what: "saturation", by: 0 }] }),
});
