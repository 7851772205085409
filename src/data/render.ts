/** Turns batches into network input on the CPU. */
import type { Batch } from "./loader.ts";
import { mixImages } from "./mixing/batch_mix.ts";
import { applyOperations } from "./transforms/apply.ts";
import { normalizer } from "./transforms/normalize.ts";
import type { Pipeline } from "./transforms/pipeline.ts";
import { eraseImage } from "./transforms/random_erasing.ts";

/** What of a batch its images follow from. */
export type RenderedBatch = Pick<Batch, "pictures" | "operations" | "count"> & Partial<Pick<Batch, "mix">>;

/**
 * The images of a batch, [count, H, W, 4] with channels R, G, B, 0, normalised, then erased and mixed as the pipeline
 * requires.
 */
export function renderBatch(
  { pictures, operations, count, mix }: RenderedBatch,
  { imageSize, normalization }: Pick<Pipeline, "imageSize" | "normalization">,
): Float32Array {
  const pixels = imageSize * imageSize * 4;
  const normalize = normalizer(normalization);
  const images = new Float32Array(count * pixels);
  for (let n = 0; n < count; n++) {
    const onLevels = operations[n].filter(({ kind }) => kind !== "erase");
    normalize(applyOperations(pictures[n], onLevels), images, n * pixels);
    for (const operation of operations[n]) {
      if (operation.kind === "erase") eraseImage(images, n * pixels, imageSize, operation);
    }
  }
  if (mix !== undefined) mixImages(images, imageSize, mix);
  return images;
}
