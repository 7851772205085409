/** The predictions of a model for any number of images. */
import { InterruptedError } from "../../base/errors.ts";
import type { Unreadable } from "../../data/decode/scan.ts";
import type { Picture } from "../../data/types.ts";
import { BATCH, type Classifier, type ExplainedPicture } from "../../setup/classify/classifier.ts";
import type { Host } from "../../setup/host.ts";
import { decodeFile, type Decoding, type PictureFile } from "./inputs.ts";
import type { MinConfidence } from "./min_confidence.ts";
import { guesses, type Prediction, type Predictions } from "./prediction.ts";

/** What is predicted, and who is told. */
export interface PredictAllOptions {
  /** Classes of each image. */
  readonly topK: number;
  /** From which confidence on an answer is given; by default it is whatever the confidence. */
  readonly minConfidence?: MinConfidence | undefined;
  /** Images in memory at a time. */
  readonly batch?: number;
  /** Told how many files are done. */
  readonly at: (done: number) => void;
  /** What speaks for the predicted class, too; by which layer. */
  readonly explains?: { readonly layer: string | undefined } | undefined;
  /** Given each image that could be read, with its prediction. */
  readonly look?: (
    prediction: Prediction,
    picture: Picture,
    explained: ExplainedPicture | undefined,
  ) => Promise<void>;
}

/**
 * Predicts batch by batch, so that only one batch of images is in memory.
 * @throws InterruptedError when the host's signal was aborted
 */
export async function predictAll(
  host: Decoding & Pick<Host, "signal">,
  classifier: Classifier,
  files: readonly PictureFile[],
  { topK, minConfidence, batch: size = BATCH, at, explains, look }: PredictAllOptions,
): Promise<Predictions> {
  const { path: model, runtime, card, card: { classes } } = classifier;
  const temperature = card.calibration?.temperature ?? 1, count = Math.min(topK, classes.length);
  const predictions: Prediction[] = [], unreadable: Unreadable[] = [];
  for (let start = 0; start < files.length; start += size) {
    at(start);
    if (host.signal.aborted) {
      throw new InterruptedError(`The prediction was interrupted after ${start} images`);
    }
    const batch = files.slice(start, start + size);
    const decoded = await Promise.all(batch.map((file) => decodeFile(host, file)));
    const read = decoded.flatMap((one, i) =>
      "picture" in one ? [{ file: batch[i].name, picture: one.picture }] : []
    );
    decoded.forEach((one, i) => {
      if ("reason" in one) unreadable.push({ path: batch[i].name, reason: one.reason });
    });
    const pictures = read.map(({ picture }) => picture);
    const explained = explains && await classifier.explain!(pictures, explains);
    const logits = explained ? undefined : await classifier.logits(pictures);
    for (const [i, { file, picture }] of read.entries()) {
      const row = explained?.[i].logits ?? logits!.subarray(i * classes.length, (i + 1) * classes.length);
      const likely = guesses(row, classes, { temperature, count }), [{ index, confidence }] = likely;
      const least = minConfidence === undefined ? 0 : minConfidence.of[index];
      const isUnknown = least === null || !(confidence >= least); // NaN is not sure either
      const prediction = { file, guesses: likely, isUnknown };
      predictions.push(prediction);
      await look?.(prediction, picture, explained?.[i]);
    }
  }
  at(files.length);
  return { model, runtime, card, minConfidence, predictions, unreadable };
}
