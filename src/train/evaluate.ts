/** Evaluation: forward passes by the running statistics; losses and counts gather on the GPU and are read once. */
import type { Device } from "../core/device.ts";
import { type Program, recordProgram } from "../core/program.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import type { Loss } from "../nn/losses.ts";
import type { Model } from "../nn/resnet.ts";
import { IGNORED_LABEL } from "../ops/cross_entropy.ts";
import { RING_SLOT, STEP_SCALARS } from "../optim/step_scalars.ts";
import type { TrainBatch } from "./batch.ts";
import { ring as createRing, type Tally } from "./ring.ts";

/** What an evaluator is made of. */
export interface EvaluatorParts {
  readonly model: Model;
  readonly loss: Loss;
  readonly imageSize: number;
  readonly batchSize: number;
  /** The most batches that are evaluated in one go. */
  readonly batches: number;
}

/** Evaluates a model on batches of at most one size; smaller ones are padded with ignored rows. */
export interface Evaluator {
  /** Mean loss and shares of right answers over all batches. Waits for the GPU once. */
  run(batches: AsyncIterable<TrainBatch>): Promise<Tally>;
  free(): void;
}

/** Makes an evaluator; its program is recorded at the first batch. */
export function evaluator(device: Device, parts: EvaluatorParts): Evaluator {
  const { model, loss, imageSize, batchSize } = parts;
  const images = persistent(device, [batchSize, imageSize, imageSize, 4], "f32", "evaluation images");
  const labels = persistent(device, [batchSize], "u32", "evaluation labels");
  const scalars = persistent(device, [STEP_SCALARS], "f32", "evaluation scalars");
  const ring = createRing(device, model.classes, parts.batches);
  let program: Program | undefined;
  const record = () => {
    const logits = model.forward(images, { training: false });
    ring.tally(logits, labels, loss(logits, labels), scalars);
    return [];
  };
  return {
    async run(batches) {
      program ??= await recordProgram(device, record);
      ring.restart();
      for await (const batch of batches) {
        write(images, labels, batch);
        scalars.write(new Float32Array(STEP_SCALARS).fill(ring.advance(), RING_SLOT, RING_SLOT + 1));
        program.run();
      }
      return await ring.total(); // GPU sync point
    },
    free() {
      program?.free();
      ring.free();
      images.free();
      labels.free();
      scalars.free();
    },
  };
}

/** Uploads a batch; rows that it does not fill keep what they had and are ignored. */
function write(images: Tensor, labels: Tensor, batch: TrainBatch): void {
  batch.into(images);
  const padded = new Uint32Array(labels.size).fill(IGNORED_LABEL);
  padded.set(batch.labels);
  labels.write(padded);
}
