/** Checks that an exported model gives the same results as the engine with the same weights. */
import { noProgress } from "../../base/progress.ts";
import { CheckError } from "../../base/errors.ts";
import { type PictureSource, readableOf } from "../../data/decode/picture_source.ts";
import { argmax } from "../../metrics/accuracy.ts";
import { softmax } from "../../metrics/softmax.ts";
import { BATCH, type Classifier } from "../classify/classifier.ts";

/** How far apart two models are. */
export interface Agreement {
  readonly images: number;
  /** Images for which they predict different classes. */
  readonly flips: number;
  /** Of these, images for which the reference's own logits are further apart than the tolerance explains. */
  readonly clearFlips: number;
  /** What the exported model gives. */
  readonly of: "logits" | "probabilities";
  /** Largest difference between these, relative to the image's {@link scaleOf}. */
  readonly worst: number;
}

/** Maximum difference, relative to an image's {@link scaleOf}; f16 rounds weights by 2^-11. */
export const TOLERANCES = { f32: 1e-4, f16: 3e-2 } as const;

/**
 * Runs all images through both models. Probabilities are compared as such: they tell nothing of logits far below the
 * largest, and differ by at most half of what logits do.
 */
export async function compare(
  reference: Classifier,
  exported: Classifier,
  pictures: PictureSource,
  tolerance: number,
  of: Agreement["of"] = "logits",
  progress = noProgress,
): Promise<Agreement> {
  using shown = progress("checking the export with images", pictures.length);
  const classes = reference.card.classes.length;
  let images = 0, flips = 0, clearFlips = 0, worst = 0;
  for (let start = 0; start < pictures.length; start += BATCH) {
    shown.at(start);
    const length = Math.min(BATCH, pictures.length - start);
    const { pictures: batch } = await readableOf(pictures, Array.from({ length }, (_, i) => start + i));
    if (batch.length === 0) continue;
    images += batch.length;
    const expected = await reference.logits(batch), logits = await exported.logits(batch);
    const wanted = argmax(expected, classes), given = argmax(logits, classes);
    const [theirs, ours] = [logits, expected].map((rows) => of === "logits" ? rows : softmax(rows, classes));
    for (let row = 0; row < batch.length; row++) {
      const own = expected.subarray(row * classes, (row + 1) * classes);
      const scale = scaleOf(own);
      for (let c = 0; c < classes; c++) {
        const difference = Math.abs(theirs[row * classes + c] - ours[row * classes + c]) / scale;
        worst = difference <= worst ? worst : difference; // NaN stays
      }
      if (wanted[row] === given[row]) continue;
      flips++;
      if (!(own[wanted[row]] - own[given[row]] <= 2 * tolerance * scale)) clearFlips++;
    }
  }
  return { images, flips, clearFlips, of, worst };
}

/**
 * What differences of an image's logits are relative to: the largest absolute logit, but at least 1. Smaller
 * logits hardly change a probability, and rounding in the layers before them does not shrink with them.
 */
function scaleOf(logits: Float32Array): number {
  return logits.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
}

/**
 * Requires logits within the tolerance, and the same top-1 for every image, except where the engine's own logits
 * of the two classes are closer together than the tolerance explains.
 * @throws CheckError that says how far apart they are
 */
export function requireAgreement(
  { images, clearFlips, of, worst }: Agreement,
  weights: keyof typeof TOLERANCES,
  path: string,
): void {
  const allowed = TOLERANCES[weights];
  if (clearFlips === 0 && worst <= allowed) return;
  throw new CheckError(
    `Cannot use ${path}: ONNX Runtime does not agree with the engine: top-1 clearly differs in ${clearFlips} of ` +
      `${images} images, ${of} by up to ${
        worst.toExponential(1)
      } of an image's largest logit (of 1 if that is ` +
      `smaller): allowed is ${allowed.toExponential(0)}`,
  );
}
