/** Test-time augmentation: the views of an image whose logits are averaged. */
import { ConfigError, DataError } from "../../base/errors.ts";
import { applyOperations } from "./apply.ts";
import { type Operation, type Size, sizeAfter } from "./operation.ts";
import type { Pipeline } from "./pipeline.ts";

/** What can be chosen: the image and its mirror image, or its four corners and its centre. */
export const TTA = ["flip", "crops"] as const;

/** A choice of views. */
export type Tta = typeof TTA[number];

/**
 * A pipeline for each view, which differ from evaluation's in what comes last: "flip" also mirrors what the model would
 * see, "crops" takes torchvision's FiveCrop in place of CenterCrop, in its order.
 * @throws ConfigError if evaluation has no crop of the model's size; `draw` throws a DataError for an image smaller
 * than the crop
 */
export function viewsOf(pipeline: Pipeline, tta: Tta): Pipeline[] {
  if (tta === "flip") return [pipeline, changed(pipeline, (operations) => [...operations, { kind: "flip" }])];
  if (pipeline.preprocessing.crop !== pipeline.imageSize) throw nothingToCrop();
  const corners = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([down, right]) =>
    changed(pipeline, (operations, size) => cornerOf(operations, size, down, right))
  );
  return [...corners, pipeline];
}

/** The error where the model sees whole images. */
export function nothingToCrop(): ConfigError {
  return new ConfigError(
    "Cannot use eval.tta=crops because the model's preprocessing ends without a crop of its size, so there is nothing " +
      "to take other crops of; give eval.tta=flip, or leave it out",
  );
}

/** True if all five crops of a square image are the same: it is resized to their size. */
export function cropsAreAlike({ preprocessing: { resize, crop } }: Pick<Pipeline, "preprocessing">): boolean {
  return resize === crop;
}

function changed(
  pipeline: Pipeline,
  change: (operations: readonly Operation[], size: Size) => readonly Operation[],
): Pipeline {
  const draw: Pipeline["draw"] = (size, rng) => change(pipeline.draw(size, rng), size);
  const apply: Pipeline["apply"] = (picture, rng) =>
    applyOperations(picture, draw(picture, rng), pipeline.normalization);
  return { ...pipeline, draw, apply };
}

/** The same operations with the last crop at a corner; `down` and `right` are 0 or 1. */
function cornerOf(
  operations: readonly Operation[],
  size: Size,
  down: number,
  right: number,
): readonly Operation[] {
  const at = operations.findLastIndex(({ kind }) => kind === "crop");
  const box = operations[at] as Extract<Operation, { kind: "crop" }>;
  const before = operations.slice(0, at).reduce((so, operation) => sizeAfter(operation, so), size);
  const [spareDown, spareRight] = [before.height - box.height, before.width - box.width];
  if (spareDown < 0 || spareRight < 0) {
    throw new DataError(
      `Cannot use eval.tta=crops: an image of ${before.width} x ${before.height} pixels has no crops of ` +
        `${box.width} x ${box.height}; give eval.tta=flip, or leave it out`,
    );
  }
  return operations.with(at, { ...box, top: down * spareDown, left: right * spareRight });
}
