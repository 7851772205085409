/** CutMix (Yun et al. 2019) as in torchvision: a box of another image, the same box for the batch. */
import * as z from "zod";
import { dirichlet } from "../../base/dirichlet.ts";
import { definePlugin } from "../../base/plugin.ts";
import type { Rng } from "../../base/rng.ts";
import type { Box } from "../transforms/operation.ts";
import type { MixContext, Mixer, MixerPlugin, RowMix } from "./batch_mix.ts";
import { concentration } from "./mixup.ts";

/** Puts a box of another image into each. */
export const cutmix: MixerPlugin = definePlugin({
  options: z.strictObject({ alpha: concentration }).describe("CutMix: puts a box of another image into each"),
  make: ({ alpha }, { imageSize: side }: MixContext): Mixer => (rng) => {
    const [share] = dirichlet([alpha, alpha], rng);
    return { partner: "before", all: pasted(boxAround(share, side, rng), side) };
  },
});

/** A box of the partner in an image, which counts by the area that is left to it. */
export function pasted(box: Box, side: number): RowMix {
  return { share: 1 - box.width * box.height / side ** 2, own: 0, box };
}

/**
 * A square that would leave `share` of an image, around any of its pixels, cut off at the edges: torchvision's box,
 * and timm's `rand_bbox`.
 */
export function boxAround(share: number, side: number, rng: Rng): Box {
  const half = Math.trunc(0.5 * Math.sqrt(1 - share) * side);
  const [left, width] = span(rng.integer(side), half, side);
  const [top, height] = span(rng.integer(side), half, side);
  return { top, left, width, height };
}

/** Where `half` pixels on both sides of the middle begin within a side, and how many of them there are. */
function span(middle: number, half: number, side: number): [start: number, length: number] {
  const start = Math.max(0, middle - half);
  return [start, Math.min(side, middle + half) - start];
}
