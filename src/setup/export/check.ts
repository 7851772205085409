/** Whether an exported model says what the engine says of the same weights. */
import { CheckError } from "../../base/errors.ts";
import type { PictureSource } from "../../data/decode/picture_source.ts";
import { argmax } from "../../metrics/accuracy.ts";
import { BATCH, type Classifier } from "../classify/classifier.ts";

/** How far two models are apart. */
export interface Agreement {
  readonly images: number;
  /** Images of which they name different classes. */
  readonly flips: number;
  /** Of these, where the reference's own logits are further apart than the tolerance explains. */
  readonly clearFlips: number;
  /** Largest difference of a logit, as a share of its image's largest. */
  readonly worst: number;
}

/** The largest difference, as a share of an image's largest logit; f16 rounds weights by 2^-11. */
export const TOLERANCES = { f32: 1e-4, f16: 3e-2 } as const;

/** Puts all pictures through both. */
export async function compare(
  reference: Classifier,
  exported: Classifier,
  pictures: PictureSource,
  tolerance: number,
): Promise<Agreement> {
  const classes = reference.card.classes.length;
  let flips = 0, clearFlips = 0, worst = 0;
  for (let start = 0; start < pictures.length; start += BATCH) {
    const length = Math.min(BATCH, pictures.length - start);
    const batch = await pictures.get(Array.from({ length }, (_, i) => start + i));
    const expected = await reference.logits(batch), logits = await exported.logits(batch);
    const wanted = argmax(expected, classes), given = argmax(logits, classes);
    for (let row = 0; row < batch.length; row++) {
      const own = expected.subarray(row * classes, (row + 1) * classes);
      const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
      for (let c = 0; c < classes; c++) {
        const difference = Math.abs(logits[row * classes + c] - own[c]) / largest;
        worst = difference <= worst ? worst : difference; // NaN stays
      }
      if (wanted[row] === given[row]) continue;
      flips++;
      if (!(own[wanted[row]] - own[given[row]] <= 2 * tolerance * largest)) clearFlips++;
    }
  }
  return { images: pictures.length, flips, clearFlips, worst };
}

/**
 * Accepts what agrees: the same top-1 for every image and logits within the tolerance. With f16 weights an image may
 * change its class where the engine's own logits lie closer than what rounding moves.
 * @throws CheckError that says how far they are apart
 */
export function requireAgreement(
  { images, flips, clearFlips, worst }: Agreement,
  weights: keyof typeof TOLERANCES,
  path: string,
): void {
  const allowed = TOLERANCES[weights], wrong = weights === "f32" ? flips : clearFlips;
  if (wrong === 0 && worst <= allowed) return;
  throw new CheckError(
    `Cannot use ${path}: ONNX Runtime does not agree with the engine: top-1 differs in ${wrong} of ${images} images, ` +
      `logits by up to ${worst.toExponential(1)} of an image's largest, allowed is ${
        allowed.toExponential(0)
      }`,
  );
}
