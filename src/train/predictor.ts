/** Logits of images, batch by batch: the forward pass of an evaluation, without labels and losses. */
import type { Device } from "../core/device.ts";
import { type Program, recordProgram } from "../core/program.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import type { Model } from "../nn/model.ts";

/** Predicts batches up to a fixed size. */
export interface Predictor {
  readonly batchSize: number;
  /**
   * The logits [count, classes] of normalised images [count, H, W, 4]. Waits for the GPU.
   * @throws RangeError if there are more images than fit into a batch
   */
  logits(images: Float32Array, count: number): Promise<Float32Array>;
  free(): void;
}

/** Creates a predictor; its program is recorded at the first batch. */
export function predictor(
  device: Device,
  model: Model,
  { imageSize, batchSize }: { readonly imageSize: number; readonly batchSize: number },
): Predictor {
  const images = persistent(device, [batchSize, imageSize, imageSize, 4], "f32", "images to predict");
  const row = imageSize * imageSize * 4;
  let recorded: { readonly program: Program; readonly logits: Tensor } | undefined;
  const record = async () => {
    let logits!: Tensor; // [batchSize, classes, padded]
    const program = await recordProgram(device, () => [logits = model.forward(images, { training: false })]);
    return { program, logits };
  };
  return {
    batchSize,
    async logits(values, count) {
      if (count > batchSize || values.length < count * row) {
        throw new RangeError(
          `Cannot predict ${count} images of ${row} values: a batch has at most ${batchSize}, current values are ${values.length}`,
        );
      }
      const padded = new Float32Array(images.size);
      padded.set(values.subarray(0, count * row));
      images.write(padded);
      const { program, logits } = recorded ??= await record();
      program.run();
      return withoutPadding(await logits.read(), count, logits.shape[1], model.classes); // GPU sync point
    },
    free() {
      recorded?.program.free();
      images.free();
    },
  };
}

/** The first `rows` rows of [N, columns], without the padding columns: [rows, classes]. */
export function withoutPadding(
  values: Float32Array,
  rows: number,
  columns: number,
  classes: number,
): Float32Array {
  if (columns === classes) return values.subarray(0, rows * classes);
  const result = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    result.set(values.subarray(row * columns, row * columns + classes), row * classes);
  }
  return result;
}
