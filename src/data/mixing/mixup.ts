/** MixUp (Zhang et al. 2018) as in torchvision: images are blended by one share for the batch. */
import * as z from "zod";
import { dirichlet } from "../../base/dirichlet.ts";
import { definePlugin } from "../../base/plugin.ts";
import type { MixContext, Mixer, MixerPlugin, RowMix } from "./batch_mix.ts";

/** The concentration of the share's Beta distribution. */
export const concentration = z.number().positive().default(1).describe(
  "Concentration of the drawn share: 1 for any alike, below 1 for shares near 0 and 1",
);

/** Blends each image with another. */
export const mixup: MixerPlugin = definePlugin({
  options: z.strictObject({ alpha: concentration }).describe("MixUp: blends each image with another"),
  make: ({ alpha }, { imageSize }: MixContext): Mixer => (rng) => {
    const [share] = dirichlet([alpha, alpha], rng);
    return { partner: "before", all: blended(share, imageSize) };
  },
});

/** An image of which `share` is left everywhere. */
export function blended(share: number, side: number): RowMix {
  return { share, own: share, box: { top: 0, left: 0, width: side, height: side } };
}
