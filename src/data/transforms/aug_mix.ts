/** AugMix (Hendrycks et al. 2020) as in torchvision. */
import * as z from "zod";
import { dirichlet } from "../../base/dirichlet.ts";
import type { Picture } from "../types.ts";
import {
  type AugmentationSpace,
  bits,
  drawAugmentation,
  drawName,
  moderate,
  upTo,
} from "./augmentation_space.ts";
import { defineTransform, type TransformPlugin } from "./transform.ts";
import { warpingOf, warpingOptions } from "./warping.ts";

const f = Math.fround;

/** Strengths of an operation. */
const BINS = 10;
/** The most operations of a chain whose length is drawn. */
const DEEPEST = 3;
/** The most chains, whose squares a GPU mixes at once. */
const WIDEST = 10;

const space: AugmentationSpace = {
  ...moderate,
  TranslateX: upTo(({ width }) => width / 3),
  TranslateY: upTo(({ height }) => height / 3),
  Posterize: bits(4, 4),
};

/** What `all_ops` adds. */
const lighting = ["Brightness", "Color", "Contrast", "Sharpness"];
const withoutLighting: AugmentationSpace = Object.fromEntries(
  Object.entries(space).filter(([name]) => !lighting.includes(name)),
);

/** A picture and its share of a mixture. */
interface Share {
  readonly picture: Picture;
  readonly share: number;
}

/** The sum of pictures of one size by their shares, in float32 from the first on, truncated. */
export function mixture(parts: readonly Share[]): Picture {
  const [{ picture: { width, height, data } }] = parts;
  const sums = new Float32Array(data.length);
  for (const { picture, share } of parts) {
    const exact = f(share);
    for (let i = 0; i < sums.length; i++) sums[i] += f(exact * picture.data[i]);
  }
  return { width, height, data: Uint8Array.from(sums) };
}

/**
 * Mixes the image with `mixture_width` versions of it, each changed by a chain of `chain_depth` operations (-1: 1 to
 * 3) of one of the `severity` lowest strengths of 10. Shares are drawn with the concentration `alpha`; `all_ops` adds
 * brightness, contrast, colour and sharpness to the operations.
 */
export const aug_mix: TransformPlugin = defineTransform({
  options: z.strictObject({
    severity: z.int().min(1).max(BINS).default(3),
    mixture_width: z.int().min(1).max(WIDEST).default(3),
    chain_depth: z.int().min(-1).default(-1),
    alpha: z.number().positive().default(1),
    all_ops: z.boolean().default(true),
    ...warpingOptions("bilinear"),
  }),
  random: true,
  make: ({ severity, mixture_width, chain_depth, alpha, all_ops, ...options }) => {
    const drawn = all_ops ? space : withoutLighting, warping = warpingOf(options);
    return (size, rng) => {
      const [original, augmented] = dirichlet([alpha, alpha], rng);
      const shares = dirichlet(Array<number>(mixture_width).fill(alpha), rng);
      const chains = shares.map((share) => {
        const depth = chain_depth > 0 ? chain_depth : 1 + rng.integer(DEEPEST);
        const operations = Array.from({ length: depth }).flatMap(() => {
          const name = drawName(drawn, rng);
          return drawAugmentation(drawn, name, [rng.integer(severity), BINS], size, warping, rng);
        });
        return { share: share * augmented, operations };
      });
      return [{ kind: "mix", original, chains }];
    };
  },
});
