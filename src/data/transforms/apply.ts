/** Carries out operations on the processor: the oracle of the GPU's kernels, and what a preview shows. */
import type { Picture } from "../types.ts";
import { affine } from "./affine.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "./color.ts";
import { crop } from "./crop.ts";
import { flipHorizontally } from "./flip.ts";
import { adjustHue } from "./hue.ts";
import type { ColorStep, Operation, OperationOf } from "./operation.ts";
import { resizeTo } from "./resize.ts";

type Twins = { readonly [Kind in Operation["kind"]]?: (picture: Picture, how: OperationOf<Kind>) => Picture };

const colors: Readonly<Record<ColorStep["what"], (picture: Picture, by: number) => Picture>> = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  hue: adjustHue,
};

const twins: Twins = {
  resize: (picture, { width, height }) => resizeTo(picture, width, height),
  crop: (picture, { top, left, height, width }) => crop(picture, top, left, height, width),
  flip: (picture) => flipHorizontally(picture),
  color: (picture, { steps }) => steps.reduce((result, { what, by }) => colors[what](result, by), picture),
  affine,
};

/** `picture` after `operation`; the same picture where nothing changes. @throws RangeError for an unfit value */
export function applyOperation(picture: Picture, operation: Operation): Picture {
  const twin = twins[operation.kind] as ((picture: Picture, how: Operation) => Picture) | undefined;
  if (twin === undefined) {
    throw new RangeError(`Cannot carry out ${operation.kind} on the processor: that is not built yet`);
  }
  return twin(picture, operation);
}

/** `picture` after all `operations`, one after the other. */
export function applyOperations(picture: Picture, operations: readonly Operation[]): Picture {
  return operations.reduce(applyOperation, picture);
}
