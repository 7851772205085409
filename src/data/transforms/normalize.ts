/**
 * 8-bit RGB to the floats that the network reads: (value / 255 - mean) / std in float32, as ToTensor and Normalize.
 */
import * as z from "zod";
import { IMAGENET, type Normalization, type Picture } from "../types.ts";

const perChannel = z.tuple([z.number(), z.number(), z.number()]);
const positive = z.number().gt(0);

/** The options of the `normalize` step at the end of a pipeline, with ImageNet's values as defaults. */
export const normalizeOptions = z.strictObject({
  mean: perChannel.default([...IMAGENET.mean]),
  std: z.tuple([positive, positive, positive]).default([...IMAGENET.std]),
});

/** Writes `picture` to `out` from `offset` on, as [H, W, 4] with a fourth channel of 0. */
export type Normalizer = (picture: Picture, out: Float32Array, offset: number) => void;

/** Creates a Normalizer, which looks all values up in a table of 3 x 256. */
export function normalizer({ mean, std }: Normalization): Normalizer {
  const f = Math.fround;
  const table = (c: number) =>
    Float32Array.from({ length: 256 }, (_, v) => f(f(v / 255) - f(mean[c])) / f(std[c]));
  const [red, green, blue] = [table(0), table(1), table(2)];
  return ({ data }, out, offset) => {
    for (let from = 0, to = offset; from < data.length; from += 3, to += 4) {
      out[to] = red[data[from]];
      out[to + 1] = green[data[from + 1]];
      out[to + 2] = blue[data[from + 2]];
      out[to + 3] = 0;
    }
  };
}
