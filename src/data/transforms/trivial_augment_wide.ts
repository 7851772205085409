/** TrivialAugment Wide (Müller & Hutter 2021) as in torchvision. */
import * as z from "zod";
import {
  type AugmentationSpace,
  bits,
  drawAugmentation,
  drawName,
  solarizing,
  upTo,
} from "./augmentation_space.ts";
import { defineTransform, type TransformPlugin } from "./transform.ts";
import { warpingOf, warpingOptions } from "./warping.ts";

const space: AugmentationSpace = {
  Identity: undefined,
  ShearX: upTo(0.99),
  ShearY: upTo(0.99),
  TranslateX: upTo(32),
  TranslateY: upTo(32),
  Rotate: upTo(135),
  Brightness: upTo(0.99),
  Color: upTo(0.99),
  Contrast: upTo(0.99),
  Sharpness: upTo(0.99),
  Posterize: bits(8, 6),
  Solarize: solarizing,
  AutoContrast: undefined,
  Equalize: undefined,
};

/** Applies one operation drawn from 14, of a strength drawn from `num_magnitude_bins`. */
export const trivial_augment_wide: TransformPlugin = defineTransform({
  options: z.strictObject({ num_magnitude_bins: z.int().min(2).default(31), ...warpingOptions("nearest") }),
  random: true,
  make: ({ num_magnitude_bins: bins, ...options }) => {
    const warping = warpingOf(options);
    return (size, rng) => {
      const name = drawName(space, rng);
      return drawAugmentation(space, name, [rng.integer(bins), bins], size, warping, rng);
    };
  },
});
