/** MixUp and CutMix as timm's `timm.data.Mixup` draws them: for a batch, for pairs, or for each image. */
import * as z from "zod";
import { dirichlet } from "../../base/dirichlet.ts";
import { ConfigError } from "../../base/errors.ts";
import { definePlugin } from "../../base/plugin.ts";
import type { Rng } from "../../base/rng.ts";
import { probability } from "../transforms/transform.ts";
import type { MixContext, Mixer, MixerPlugin, RowMix } from "./batch_mix.ts";
import { boxAround, pasted } from "./cutmix.ts";
import { blended } from "./mixup.ts";

const share = z.number().min(0).max(1);
const options = z.strictObject({
  mixup_alpha: z.number().nonnegative().default(1)
    .describe("Concentration of the share that blends; 0: no MixUp"),
  cutmix_alpha: z.number().nonnegative().default(0)
    .describe("Concentration of the share that a box leaves; 0: no CutMix, unless by cutmix_minmax"),
  cutmix_minmax: z.tuple([share, share])
    .refine(([least, most]) => least < most, "must be [least, most] with least below most").nullable()
    .default(null)
    .describe("Sides of the box as shares of the image's, [least, most], in place of cutmix_alpha"),
  prob: probability.default(1).describe("Probability that a batch, pair or image is mixed"),
  switch_prob: probability.default(0.5).describe("Of those mixed, probability of CutMix, where both are on"),
  mode: z.enum(["batch", "pair", "elem"]).default("batch")
    .describe("What is drawn for: the batch, each pair of images, or each image"),
  correct_lam: z.boolean().default(true)
    .describe("Count the part of a box that the edges leave, in place of the drawn share"),
});

/** timm's choice between both. Its label smoothing is the loss's, which gives the same target. */
export const timm_mixup: MixerPlugin = definePlugin({
  options: options.refine(
    ({ mixup_alpha, cutmix_alpha, cutmix_minmax }) =>
      mixup_alpha > 0 || cutmix_alpha > 0 || cutmix_minmax !== null,
    { path: ["mixup_alpha"], message: "must be above 0 unless cutmix_alpha is, or cutmix_minmax is given" },
  ).describe("Either of both as timm has it: for a batch, for pairs, or for each image"),
  make: (o, { imageSize: side }: MixContext): Mixer => {
    const draw = rowMixer(o, side);
    return (rng, count) => {
      if (o.mode === "elem") return mirrored(Array.from({ length: count }, () => draw(rng)));
      if (o.mode === "batch") return mirrored(Array<RowMix>(count).fill(draw(rng)));
      const pairs = Array.from({ length: Math.ceil(count / 2) }, () => draw(rng));
      return mirrored(Array.from({ length: count }, (_, row) => pairs[Math.min(row, count - 1 - row)]));
    };
  },
});

const mirrored = (rows: readonly RowMix[]) => ({ partner: "mirrored", rows }) as const;

/** Draws how an image is mixed, timm's `_params_per_elem` and `cutmix_bbox_and_lam`. */
function rowMixer(o: z.output<typeof options>, side: number): (rng: Rng) => RowMix {
  const alpha = o.cutmix_minmax === null ? o.cutmix_alpha : 1;
  const sides = o.cutmix_minmax?.map((share) => Math.trunc(share * side));
  if (sides && sides[0] >= sides[1]) {
    throw new ConfigError(
      `Cannot draw boxes by timm_mixup.cutmix_minmax=[${o.cutmix_minmax}] because, of ${side} pixels, the least side ` +
        `must be below the most: current are ${sides.join(" and ")} pixels`,
    );
  }
  return (rng) => {
    if (rng.uniform() >= o.prob) return unmixed;
    const isBox = alpha > 0 && (o.mixup_alpha === 0 || rng.uniform() < o.switch_prob);
    const each = isBox ? alpha : o.mixup_alpha, [drawn] = dirichlet([each, each], rng);
    if (!isBox) return blended(drawn, side);
    if (sides) return pasted(boxOf([sides[0], sides[1]], side, rng), side);
    const cut = pasted(boxAround(drawn, side, rng), side);
    return o.correct_lam ? cut : { ...cut, share: drawn };
  };
}

const unmixed: RowMix = { share: 1, own: 1, box: { top: 0, left: 0, width: 0, height: 0 } };

/** A box whose sides are at least `least` and below `most`: timm's `rand_bbox_minmax`. */
function boxOf([least, most]: readonly [number, number], side: number, rng: Rng) {
  const height = least + rng.integer(most - least), width = least + rng.integer(most - least);
  return { top: rng.integer(side - height), left: rng.integer(side - width), width, height };
}
