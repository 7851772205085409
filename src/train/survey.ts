/** What a model makes of samples: their logits, and their features, the values that its head reads. */
import type { Device } from "../core/device.ts";
import { type Program, recordProgram } from "../core/program.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { topClasses } from "../data/target.ts";
import type { Model } from "../nn/model.ts";
import type { TrainBatch } from "./batch.ts";
import { withoutPadding } from "./predictor.ts";

/** A batch as the model sees it; rows are samples. */
export interface Surveyed {
  /** Positions in the split, and labels, [N]. */
  readonly indices: Uint32Array;
  readonly labels: Uint32Array;
  /** [N, classes] */
  readonly logits: Float32Array;
  /** [N, width] */
  readonly features: Float32Array;
}

/** Looks at batches of up to a fixed size, with the model as it is in an evaluation. */
export interface Surveyor {
  /** Values of a sample's features. */
  readonly width: number;
  /** Waits for the GPU after each batch. */
  run(batches: AsyncIterable<TrainBatch>): AsyncGenerator<Surveyed>;
  free(): void;
}

/** Creates a surveyor, and records its program. */
export async function surveyor(
  device: Device,
  model: Model,
  { imageSize, batchSize }: { readonly imageSize: number; readonly batchSize: number },
): Promise<Surveyor> {
  const images = persistent(device, [batchSize, imageSize, imageSize, 4], "f32", "surveyed images");
  const pass = model.observing([model.features]);
  let logits!: Tensor, features!: Tensor; // [batchSize, classes, padded], [batchSize, ..., width]
  const program: Program = await recordProgram(device, () => {
    const observed = pass(images, { training: false });
    logits = observed.logits;
    features = observed.outputs.get(model.features)!;
    return [logits, features];
  });
  const width = features.size / batchSize;
  return {
    width,
    async *run(batches) {
      let next = 0;
      for await (const batch of batches) {
        const { count } = batch, labels = topClasses(batch.target);
        batch.into(images);
        program.run();
        const [scores, values] = await Promise.all([logits.read(), features.read()]); // GPU sync point
        yield {
          indices: Uint32Array.from(batch.indices ?? labels.keys().map((i) => next + i)),
          labels: Uint32Array.from(labels).subarray(0, count),
          logits: withoutPadding(scores, count, logits.shape[1], model.classes).slice(),
          features: values.slice(0, count * width),
        };
        next += count;
      }
    },
    free() {
      program.free();
      images.free();
    },
  };
}
