/** What `eval.tta` does: the logits of several views of each image, averaged. */
import { ConfigError } from "../../base/errors.ts";
import { few } from "../../base/few.ts";
import { classChanges } from "../../data/health/class_changes.ts";
import { cropsAreAlike, type Tta } from "../../data/transforms/tta.ts";
import type { Pipeline } from "../../data/transforms/pipeline.ts";
import type { Calibration } from "../../train/calibration.ts";

/**
 * Requires that no view shows another class; `cropsDiffer` says whether other crops are views instead.
 * @throws ConfigError that names the classes that a mirror changes
 */
export function requireSameClass(tta: Tta | null, classes: readonly string[], cropsDiffer: boolean): void {
  if (tta !== "flip") return;
  const changes = classChanges([{ random_horizontal_flip: { p: 1 } }], classes).flatMap((one) => one.classes);
  if (changes.length === 0) return;
  throw new ConfigError(
    `Cannot use eval.tta=flip because mirroring changes what ${changes.length} of the ${classes.length} classes look ` +
      `like: ${few(changes.map(({ className }) => className))}; ${
        cropsDiffer ? "give eval.tta=crops, or " : ""
      }leave it out`,
  );
}

/** What the views are, a line each. */
export function ttaLines(
  tta: Tta,
  pipeline: Pick<Pipeline, "preprocessing"> | undefined,
  calibration: Calibration | undefined,
): string[] {
  const views = tta === "flip"
    ? "each image and its mirror image"
    : "five crops of each image (its corners and its centre)";
  return [
    `tta     ${tta}: the logits of ${views} are averaged`,
    ...(tta === "crops" && pipeline && cropsAreAlike(pipeline)
      ? [
        "  note: images are resized to the size of the crops, so all five are the same where an image is square",
      ]
      : []),
    ...(calibration?.bound === null
      ? ["  note: the temperature in the file was fitted to single views"]
      : []),
  ];
}
