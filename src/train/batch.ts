/** Batches as the step and the evaluator take them. */
import type { Tensor } from "../core/tensor.ts";
import { type HostTarget, topClasses } from "../data/target.ts";

/** A batch that can write its images to the GPU. */
export interface TrainBatch {
  /** The target of its rows, `count` of them. */
  readonly target: HostTarget;
  /** [count], positions in the split's samples; by default they follow on from the previous batch. */
  readonly indices?: Uint32Array;
  readonly count: number;
  /** Writes the normalised images into the first `count` rows of `images` [N, H, W, 4], N at least `count`. */
  into(images: Tensor): void;
}

/** A batch whose images are on the host. */
export interface HostBatch extends TrainBatch {
  /** [count, H, W, 4], channels R, G, B, 0, normalised. */
  readonly images: Float32Array;
}

/**
 * A batch of images [count, H, W, 4] on the host, with class indices [count] or another target, and the samples'
 * positions if they matter.
 */
export function hostBatch(
  images: Float32Array,
  target: Uint32Array | HostTarget,
  indices?: Uint32Array,
): HostBatch {
  const given = target instanceof Uint32Array ? { kind: "indices", labels: target } as const : target;
  const count = topClasses(given).length;
  const into = (tensor: Tensor) => {
    const [rows, ...rest] = tensor.shape;
    (rows === count ? tensor : tensor.slice(0, [count, ...rest])).write(images);
  };
  return { images, target: given, ...(indices && { indices }), count, into };
}
