import * as z from "zod";
import type { Picture } from "../types.ts";
import { mapChannels, tableOf } from "./levels.ts";
import { defineTransform, probability, sometimes, type TransformPlugin } from "./transform.ts";

/** The table that makes a channel's levels about equally frequent: Pillow's and torchvision's. */
function equalizing(histogram: Uint32Array): Uint8Array {
  const last = histogram.findLastIndex((count) => count > 0);
  const step = Math.floor(histogram.subarray(0, last).reduce((sum, count) => sum + count, 0) / 255);
  if (step === 0) return tableOf((level) => level);
  let below = Math.floor(step / 2);
  return tableOf((level) => {
    const value = Math.min(255, Math.floor(below / step));
    below += histogram[level];
    return value;
  });
}

/** `picture` with the histogram of each channel equalised. */
export function equalizeLevels(picture: Picture): Picture {
  return mapChannels(picture, equalizing);
}

/** With probability `p`, equalises the histogram of each channel. */
export const equalize: TransformPlugin = defineTransform({
  options: z.strictObject({ p: probability.default(0.5) }),
  random: true,
  takes: () => "any",
  make: ({ p }) => sometimes(p, { kind: "color", steps: [{ what: "equalize", by: 0 }] }),
});
