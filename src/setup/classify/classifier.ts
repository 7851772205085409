/** A trained model that says what is in pictures, whatever runs it. */
import { rng } from "../../base/rng.ts";
import { normalizer } from "../../data/transforms/normalize.ts";
import type { Pipeline } from "../../data/transforms/pipeline.ts";
import type { Normalization, Picture } from "../../data/types.ts";
import type { ModelCard } from "../../train/model_card.ts";

/** A model of a file, with the preparation that the file asks for. */
export interface Classifier {
  readonly path: string;
  readonly card: ModelCard;
  /** What the file did not say, and was taken by default. */
  readonly missing: readonly string[];
  /** What runs it, such as "WebGPU". */
  readonly runtime: string;
  /** The logits [N, classes] of pictures as they were decoded, of any number and size. */
  logits(pictures: readonly Picture[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Pictures that are put through a model at once. */
export const BATCH = 32;

/** Pictures as evaluation prepares them, [N, H, W, 4], channels R, G, B, 0, normalised by the pipeline's values. */
export function prepared(
  pictures: readonly Picture[],
  pipeline: Pipeline,
  normalization: Normalization = pipeline.normalization,
): Float32Array {
  const values = pipeline.imageSize ** 2 * 4;
  const images = new Float32Array(pictures.length * values);
  const normalize = normalizer(normalization);
  pictures.forEach((picture, n) => normalize(pipeline.apply(picture, NOT_RANDOM), images, n * values));
  return images;
}

/** Evaluation draws nothing. */
const NOT_RANDOM = rng(0, "evaluation");

/** The logits of any number of pictures, made in batches of at most {@link BATCH}. */
export async function inBatches(
  pictures: readonly Picture[],
  classes: number,
  batch: (pictures: readonly Picture[]) => Promise<Float32Array>,
): Promise<Float32Array> {
  const logits = new Float32Array(pictures.length * classes);
  for (let start = 0; start < pictures.length; start += BATCH) {
    logits.set(await batch(pictures.slice(start, start + BATCH)), start * classes);
  }
  return logits;
}
