/** The transforms that a configuration can name. To add one, add a file to this folder and a line to this literal. */
import { aug_mix } from "./aug_mix.ts";
import { auto_augment } from "./auto_augment.ts";
import { autocontrast } from "./autocontrast.ts";
import { bilinear_downscale } from "./bilinear_downscale.ts";
import { color_jitter } from "./color_jitter.ts";
import { center_crop } from "./crop.ts";
import { equalize } from "./equalize.ts";
import { random_horizontal_flip } from "./flip.ts";
import { gaussian_blur } from "./gaussian_blur.ts";
import { gaussian_noise } from "./gaussian_noise.ts";
import { grayscale } from "./grayscale.ts";
import { invert } from "./invert.ts";
import { jpeg } from "./jpeg.ts";
import { pixelate } from "./pixelate.ts";
import { posterize } from "./posterize.ts";
import { rand_augment } from "./rand_augment.ts";
import { random_affine } from "./random_affine.ts";
import { random_apply } from "./random_apply.ts";
import { random_choice } from "./random_choice.ts";
import { random_erasing } from "./random_erasing.ts";
import { random_perspective } from "./random_perspective.ts";
import { random_resized_crop } from "./random_resized_crop.ts";
import { resize } from "./resize.ts";
import { rotate } from "./rotate.ts";
import { sharpness } from "./sharpness.ts";
import { solarize } from "./solarize.ts";
import { trivial_augment_wide } from "./trivial_augment_wide.ts";
import { zoom_in } from "./zoom_in.ts";
import { zoom_out } from "./zoom_out.ts";

/** All transforms of images by name, except `normalize`, which outputs floats and is handled by the pipeline. */
export const transforms = {
  aug_mix,
  auto_augment,
  autocontrast,
  bilinear_downscale,
  center_crop,
  color_jitter,
  equalize,
  gaussian_blur,
  gaussian_noise,
  grayscale,
  invert,
  jpeg,
  pixelate,
  posterize,
  rand_augment,
  random_affine,
  random_apply,
  random_choice,
  random_erasing,
  random_horizontal_flip,
  random_perspective,
  random_resized_crop,
  resize,
  rotate,
  sharpness,
  solarize,
  trivial_augment_wide,
  zoom_in,
  zoom_out,
};
