/** Turns batches into network input on the CPU. */
import type { Batch } from "./loader.ts";
import { applyOperations } from "./transforms/apply.ts";
import { normalizer } from "./transforms/normalize.ts";
import type { Pipeline } from "./transforms/pipeline.ts";
import { eraseImage } from "./transforms/random_erasing.ts";

/**
 * The images of a batch, [count, H, W, 4] with channels R, G, B, 0, normalised and then erased as the pipeline
 * requires.
 */
export function renderBatch(
  { pictures, operations, count }: Pick<Batch, "pictures" | "operations" | "count">,
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
  return images;
}
