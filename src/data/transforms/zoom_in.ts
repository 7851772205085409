/** ZoomIn: a part of the picture, made as large as the picture was. */
import * as z from "zod";
import { defineTransform, probability, range, roundHalfEven } from "./transform.ts";

/** With probability `p`, shows a part at a random place whose sides are a share, uniform in `scale`, of the picture's. */
export const zoom_in = defineTransform({
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
