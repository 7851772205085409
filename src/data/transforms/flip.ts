import * as z from "zod";
import type { Picture } from "../types.ts";
import { defineTransform, probability, type TransformPlugin } from "./transform.ts";

/** `picture` mirrored left to right. */
export function flipHorizontally({ width, height, data }: Picture): Picture {
  const out = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let from = ((y + 1) * width - 1) * 3; to < (y + 1) * width * 3; from -= 3, to += 3) {
      out[to] = data[from];
      out[to + 1] = data[from + 1];
      out[to + 2] = data[from + 2];
    }
  }
  return { width, height, data: out };
}

/** Mirrors left to right with probability `p`. Not for text or numbers. */
export const random_horizontal_flip: TransformPlugin = defineTransform({
  options: z.strictObject({ p: probability.default(0.5) }),
  random: true,
  takes: () => "any",
  make: ({ p }) => (_, rng) => rng.uniform() < p ? [{ kind: "flip" }] : [],
});
