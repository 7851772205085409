import { accumulate } from "../../kernels/accumulate.ts";
import { kernel } from "../core/kernel.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { BATCH_OF_STEP } from "./step_scalars.ts";

const add = kernel("accumulate", accumulate);

/** Gradients of several batches that make one step of the optimiser (Lightning's accumulate_grad_batches). */
export interface Accumulation {
  /** Batches to one step. A last group of an epoch that is smaller is divided by as many, as Lightning does. */
  readonly batches: number;
  /** The mean of the batches' gradients so far, flat: what the optimiser reads. */
  readonly total: Tensor;
  /** Encodes the adding of one batch; the scalars say which of the step's it is at {@link BATCH_OF_STEP}. */
  add(scalars: Tensor): void;
  free(): void;
}

/** Makes an accumulation of flat gradients, a multiple of 4 elements. */
export function accumulation(gradients: Tensor, batches: number): Accumulation {
  const total = persistent(gradients.device, gradients.shape, "f32", "accumulated gradients");
  return {
    batches,
    total,
    add: (scalars) =>
      add.run({ scalars, gradients, total }, { count: gradients.size, batches, slot: BATCH_OF_STEP }),
    free: () => total.free(),
  };
}
