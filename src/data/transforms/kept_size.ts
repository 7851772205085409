/** What `data.cache_size` means: to what size images are reduced once they are decoded. */
import type { Split } from "../types.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Reduction } from "./reduction.ts";

/** Training has room around what it takes, so that its resizes are much the same as those of the whole image. */
const ROOM = 2;

/**
 * To what size the images of a split are reduced. Those of train to `cache_size`, which by default is what its
 * transforms take, and at least twice `image_size`; those that are evaluated as the first step of evaluation resizes
 * them, which changes no bit of the result.
 */
export function reductionOf(
  { cache_size: given, image_size: imageSize }: {
    readonly cache_size: "auto" | "full" | number;
    readonly image_size: number;
  },
  pipelines: Readonly<Record<"train" | "eval", Pick<Pipeline, "takes">>>,
  split: Split,
): Reduction | undefined {
  if (given === "full") return undefined;
  if (split !== "train") return pipelines.eval.takes;
  if (given !== "auto") return { side: given, stretched: false };
  const { takes } = pipelines.train;
  return takes && { side: Math.max(ROOM * imageSize, takes.side), stretched: false };
}
