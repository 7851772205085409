/** Batches made into the network's images on the processor. */
import type { Batch } from "./loader.ts";
import { applyOperations } from "./transforms/apply.ts";
import { normalizer } from "./transforms/normalize.ts";
import type { Pipeline } from "./transforms/pipeline.ts";

/** The images of a batch, [count, H, W, 4], channels R, G, B, 0, normalised as the pipeline says. */
export function renderBatch(
  { pictures, operations, count }: Batch,
  { imageSize, normalization }: Pick<Pipeline, "imageSize" | "normalization">,
): Float32Array {
  const pixels = imageSize * imageSize * 4;
  const normalize = normalizer(normalization);
  const images = new Float32Array(count * pixels);
  for (let n = 0; n < count; n++) {
    normalize(applyOperations(pictures[n], operations[n]), images, n * pixels);
  }
  return images;
}
