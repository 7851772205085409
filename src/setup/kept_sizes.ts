/** What `data.cache_size` says: to what size images are reduced once they are decoded. */
import { type Config, pipelineSteps } from "../config/mod.ts";
import type { PictureStore } from "../data/decode/picture_store.ts";
import { type Pipeline, pipeline } from "../data/transforms/pipeline.ts";
import { describeReduction, type Reduction } from "../data/transforms/reduction.ts";
import type { Step } from "../data/transforms/transform.ts";
import type { Split } from "../data/types.ts";
import { counted } from "../data/words.ts";

/** What training and evaluation do to images. */
export interface Pipelines {
  readonly train: Pipeline;
  readonly eval: Pipeline;
}

/** The configured ones; evaluation may have other steps. @throws ConfigError */
export function configuredPipelines(config: Config, evalSteps?: readonly Step[]): Pipelines {
  const { train, eval: configured } = pipelineSteps(config), { image_size: imageSize } = config.data;
  return {
    train: pipeline(train, { imageSize, purpose: "train" }),
    eval: pipeline(evalSteps ?? configured, { imageSize, purpose: "eval" }),
  };
}

/** Training has room around what it takes, so that its resizes are much the same as those of the whole image. */
const ROOM = 2;

/**
 * To what size the images of a split are reduced. Those of train to `data.cache_size`, which by default is what its
 * transforms take, and at least twice `data.image_size`; those that are evaluated as the first step of evaluation
 * resizes them, which changes no bit of the result.
 */
export function reductionOf(
  { cache_size: given, image_size: imageSize }: Pick<Config["data"], "cache_size" | "image_size">,
  pipelines: Pipelines,
  split: Split,
): Reduction | undefined {
  if (given === "full") return undefined;
  if (split !== "train") return pipelines.eval.takes;
  if (given !== "auto") return { side: given, stretched: false };
  const { takes } = pipelines.train;
  return takes && { side: Math.max(ROOM * imageSize, takes.side), stretched: false };
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
