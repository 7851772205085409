/** The transforms that a configuration can name. A new one is a file beside this one and a line in this literal. */
import { color_jitter } from "./color_jitter.ts";
import { center_crop } from "./crop.ts";
import { random_horizontal_flip } from "./flip.ts";
import { random_affine } from "./random_affine.ts";
import { random_resized_crop } from "./random_resized_crop.ts";
import { resize } from "./resize.ts";

/** All transforms of pictures, by name; `normalize`, which makes floats, is known to the pipeline itself. */
export const transforms = {
  center_crop,
  color_jitter,
  random_affine,
  random_horizontal_flip,
  random_resized_crop,
  resize,
};
