/** Applies operations on the CPU: the reference for the GPU kernels, and what previews show. */
import { IMAGENET, type Normalization, type Picture } from "../types.ts";
import { affine } from "./affine.ts";
import { mixture } from "./aug_mix.ts";
import { stretchLevels } from "./autocontrast.ts";
import { downscaleTo } from "./bilinear_downscale.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "./color.ts";
import { crop, resizedPart } from "./crop.ts";
import { equalizeLevels } from "./equalize.ts";
import { flipHorizontally } from "./flip.ts";
import { blur } from "./gaussian_blur.ts";
import { addNoise } from "./gaussian_noise.ts";
import { adjustHue } from "./hue.ts";
import { jpegRoundTrip } from "./jpeg_round_trip.ts";
import type { ColorStep, Operation, OperationOf } from "./operation.ts";
import { perspective } from "./perspective.ts";
import { pixelateTo } from "./pixelate.ts";
import { keepBits } from "./posterize.ts";
import { eraseLevels } from "./random_erasing.ts";
import { resizeTo } from "./resample.ts";
import { adjustSharpness } from "./sharpness.ts";
import { invertFrom } from "./solarize.ts";
import { adjustTensorContrast, adjustTensorSaturation } from "./tensor_color.ts";
import { zoomOut } from "./zoom_out.ts";

type Twins = {
  readonly [Kind in Operation["kind"]]: (
    picture: Picture,
    how: OperationOf<Kind>,
    normalization: Normalization,
  ) => Picture;
};

const colors: Readonly<Record<ColorStep["what"], (picture: Picture, by: number) => Picture>> = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  tensor_brightness: adjustBrightness, // the same, level by level
  tensor_contrast: adjustTensorContrast,
  tensor_saturation: adjustTensorSaturation,
  hue: adjustHue,
  posterize: keepBits,
  solarize: invertFrom,
  equalize: equalizeLevels,
  autocontrast: stretchLevels,
};

const twins: Twins = {
  resize: (picture, { width, height, interpolation }) => resizeTo(picture, width, height, { interpolation }),
  crop: (picture, { top, left, height, width }) => crop(picture, top, left, height, width),
  flip: (picture) => flipHorizontally(picture),
  color: (picture, { steps }) => steps.reduce((result, { what, by }) => colors[what](result, by), picture),
  affine,
  perspective,
  blur,
  sharpness: (picture, { by }) => adjustSharpness(picture, by),
  jpeg: (picture, { quality }) => jpegRoundTrip(picture, quality),
  pixelate: pixelateTo,
  downscale: downscaleTo,
  noise: addNoise,
  zoom_out: zoomOut,
  mix: mixChains,
  erase: eraseLevels,
};

function mixChains(picture: Picture, { original, chains }: OperationOf<"mix">): Picture {
  const versions = chains.map(({ share, operations }) => ({
    share,
    picture: applyOperations(picture, operations),
  }));
  return mixture([{ share: original, picture }, ...versions]);
}

type Twin = (picture: Picture, how: Operation, normalization: Normalization) => Picture;

/**
 * `picture` after `operation`; the same object if nothing changes. An erased box gets the levels that `normalization`
 * maps to its value. @throws RangeError for an invalid value
 */
export function applyOperation(
  picture: Picture,
  operation: Operation,
  normalization: Normalization = IMAGENET,
): Picture {
  return (twins[operation.kind] as Twin)(picture, operation, normalization);
}

/** `picture` after all `operations`, in order. */
export function applyOperations(
  picture: Picture,
  operations: readonly Operation[],
  normalization: Normalization = IMAGENET,
): Picture {
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i], next = operations[i + 1];
    if (operation.kind === "resize" && next?.kind === "crop") {
      picture = resizedPart(picture, operation, next);
      i++;
    } else picture = applyOperation(picture, operation, normalization);
  }
  return picture;
}
