/** A trained model that classifies images, regardless of what runs it. */
import { rng } from "../../base/rng.ts";
import { normalizer } from "../../data/transforms/normalize.ts";
import type { Pipeline } from "../../data/transforms/pipeline.ts";
import type { Normalization, Picture } from "../../data/types.ts";
import type { HeatMap } from "../../train/gradcam.ts";
import type { ModelCard } from "../../train/model_card.ts";

/** What is explained. */
export interface ExplainOptions {
  /** A class for each image; by default the predicted ones. */
  readonly classes?: readonly number[] | undefined;
  /** A layer or module by name; by default the one that says most. */
  readonly layer?: string | undefined;
}

/** An image as the model sees it, before its normalisation, and what speaks for a class in it (GradCAM). */
export interface ExplainedPicture {
  readonly seen: Picture;
  /** [classes] */
  readonly logits: Float32Array;
  /** The class that is explained. */
  readonly of: number;
  /** The layer whose output the map shows. */
  readonly layer: string;
  readonly map: HeatMap;
}

/** A model from a file, with the preprocessing that the file specifies. */
export interface Classifier {
  readonly path: string;
  readonly card: ModelCard;
  /** What the file did not specify, so that a default was used. */
  readonly missing: readonly string[];
  /** What a user should know about the file: which weights are used, and what is assumed. */
  readonly notes: readonly string[];
  /** What runs it, such as "WebGPU". */
  readonly runtime: string;
  /** The logits [N, classes] of any number of decoded images of any size. */
  logits(pictures: readonly Picture[]): Promise<Float32Array>;
  /** Says what speaks for a class in each of any number of images; absent where nothing gives gradients. */
  readonly explain?: (pictures: readonly Picture[], options?: ExplainOptions) => Promise<ExplainedPicture[]>;
  close(): Promise<void>;
}

/** Maximum number of images in one pass through a model. */
export const BATCH = 32;

/**
 * Images prepared as for evaluation: [N, H, W, 4], channels R, G, B, 0, normalised with the pipeline's
 * values.
 */
export function prepared(
  pictures: readonly Picture[],
  pipeline: Pipeline,
  normalization: Normalization = pipeline.normalization,
): Float32Array {
  const values = pipeline.imageSize ** 2 * 4;
  const images = new Float32Array(pictures.length * values);
  const normalize = normalizer(normalization), prepare = preparedPicture(pipeline);
  pictures.forEach((picture, n) => normalize(prepare(picture), images, n * values));
  return images;
}

/** Prepares an image as for evaluation, up to its normalisation. */
export function preparedPicture(pipeline: Pipeline): (picture: Picture) => Picture {
  return (picture) => pipeline.apply(picture, NOT_RANDOM);
}

/** Evaluation uses no random numbers. */
const NOT_RANDOM = rng(0, "evaluation");

/** The logits of any number of images, computed in batches of at most `most`. */
export async function inBatches(
  pictures: readonly Picture[],
  classes: number,
  batch: (pictures: readonly Picture[]) => Promise<Float32Array>,
  most: number = BATCH,
): Promise<Float32Array> {
  const logits = new Float32Array(pictures.length * classes);
  for (let start = 0; start < pictures.length; start += most) {
    logits.set(await batch(pictures.slice(start, start + most)), start * classes);
  }
  return logits;
}
