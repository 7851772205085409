/** ZoomIn: enlarges part of the image to the image's size. */
import * as z from "zod";
import { defineTransform, probability, range, roundHalfEven, type TransformPlugin } from "./transform.ts";

/** With probability `p`, enlarges a random part whose sides are a fraction, uniform in `scale`, of the image's. */
export const zoom_in: TransformPlugin = defineTransform({
  options: z.strictObject({
    scale: range(1e-3, 1).default([0.7, 1]),
    p: probability.default(0.3),
  }),
  random: true,
  make: ({ scale: [low, high], p }) => ({ width, height }, rng) => {
    if (rng.uniform() >= p) return [];
    const scale = rng.uniform(low, high);
    const part = (side: number) => Math.max(1, roundHalfEven(side * scale));
    const [w, h] = [part(width), part(height)];
    const [top, left] = [rng.integer(height - h + 1), rng.integer(width - w + 1)];
    return [{ kind: "crop", top, left, height: h, width: w }, { kind: "resize", width, height }];
  },
});
