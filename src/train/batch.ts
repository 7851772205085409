/** Batches as the step and the evaluator take them. */
import type { Tensor } from "../core/tensor.ts";

/** A batch that knows how to get its images onto the GPU. */
export interface TrainBatch {
  /** [count], class indices. */
  readonly labels: Uint32Array;
  /** [count], positions in the split's samples; by default those that follow on from the batch before. */
  readonly indices?: Uint32Array;
  readonly count: number;
  /** Writes the images, normalised, into the first `count` rows of `images` [N, H, W, 4], N at least `count`. */
  into(images: Tensor): void;
}

/** A batch whose images lie on the host. */
export interface HostBatch extends TrainBatch {
  /** [count, H, W, 4], channels R, G, B, 0, normalised. */
  readonly images: Float32Array;
}

/** A batch of images [count, H, W, 4] and labels [count] on the host, with the samples' positions where they matter. */
export function hostBatch(images: Float32Array, labels: Uint32Array, indices?: Uint32Array): HostBatch {
  const count = labels.length;
  const into = (target: Tensor) => {
    const [rows, ...rest] = target.shape;
    (rows === count ? target : target.slice(0, [count, ...rest])).write(images);
  };
  return { images, labels, ...(indices && { indices }), count, into };
}
