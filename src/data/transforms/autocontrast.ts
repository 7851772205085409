import * as z from "zod";
import type { Picture } from "../types.ts";
import { mapChannels, tableOf } from "./levels.ts";
import { defineTransform, probability, sometimes, type TransformPlugin } from "./transform.ts";

const f = Math.fround;

/** The table that stretches a channel's levels to 0 .. 255, in float32 as in torchvision's tensor backend. */
function stretching(histogram: Uint32Array): Uint8Array {
  const least = histogram.findIndex((count) => count > 0);
  const most = histogram.findLastIndex((count) => count > 0);
  if (least >= most) return tableOf((level) => level);
  const unit = f((most - least) * f(1 / 255));
  return tableOf((level) => Math.max(0, Math.min(255, f((level - least) / unit))));
}

/** `picture` with the levels of each channel stretched to 0 .. 255. */
export function stretchLevels(picture: Picture): Picture {
  return mapChannels(picture, stretching);
}

/** With probability `p`, stretches the levels of each channel to 0 .. 255. */
export const autocontrast: TransformPlugin = defineTransform({
  options: z.strictObject({ p: probability.default(0.5) }),
  random: true,
  takes: () => "any",
  make: ({ p }) => sometimes(p, { kind: "color", steps: [{ what: "autocontrast", by: 0 }] }),
});
