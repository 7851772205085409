/** The configured pipelines, and what is said of the images that are reduced for them. */
import { type Config, pipelineSteps } from "../config/mod.ts";
import type { PictureStore } from "../data/decode/picture_store.ts";
import type { Mixer } from "../data/mixing/batch_mix.ts";
import { mixerOf } from "../data/mixing/mod.ts";
import { type Pipeline, pipeline } from "../data/transforms/pipeline.ts";
import { describeReduction } from "../data/transforms/reduction.ts";
import type { Step } from "../data/transforms/transform.ts";
import { counted } from "../data/words.ts";

/** What training and evaluation do to images. */
export interface Pipelines {
  readonly train: Pipeline;
  readonly eval: Pipeline;
  /** What mixes training's batches; undefined if nothing does. */
  readonly mixer: Mixer | undefined;
}

/** The configured ones; evaluation may have other steps. @throws ConfigError */
export function configuredPipelines(config: Config, evalSteps?: readonly Step[]): Pipelines {
  const { train, eval: configured } = pipelineSteps(config), { image_size: imageSize } = config.data;
  return {
    train: pipeline(train, { imageSize, purpose: "train" }),
    eval: pipeline(evalSteps ?? configured, { imageSize, purpose: "eval" }),
    mixer: mixerOf(config.transforms.batch, { imageSize }),
  };
}

/**
 * One line on the images of train that are reduced, of which training sees slightly other values; undefined if none is.
 * What evaluation sees does not change, so nothing is said of it.
 */
export function describeReduced({ reduced }: Pick<PictureStore, "reduced">): string | undefined {
  if (reduced === undefined) return undefined;
  const { images, reduction } = reduced;
  return `${counted(images, "image")} of train reduced to ${describeReduction(reduction)} once decoded; ` +
    "data.cache_size=full keeps the size";
}
