import { accumulate } from "../../kernels/accumulate.ts";
import { kernel } from "../core/kernel.ts";
import { eachPiece, flat } from "../core/pieces.ts";
import type { Tensor } from "../core/tensor.ts";
import { BATCH_OF_STEP } from "./step_scalars.ts";

const add = kernel("accumulate", accumulate);

/**
 * Accumulates the gradients of several batches for one step of the optimiser (Lightning's accumulate_grad_batches).
 */
export interface Accumulation {
  /** Batches in one step. A smaller last group of an epoch is divided by the same number, as in Lightning. */
  readonly batches: number;
  /** The mean of the batches' gradients so far, flat: what the optimiser reads. */
  readonly total: Tensor;
  /** Encodes adding one batch; the scalars give its index within the step at {@link BATCH_OF_STEP}. */
  add(scalars: Tensor): void;
  free(): void;
}

/** Creates an accumulation of flat gradients, a multiple of 4 elements. */
export function accumulation(gradients: Tensor, batches: number): Accumulation {
  const total = flat(gradients.device, gradients.size, "f32", "accumulated gradients");
  return {
    batches,
    total,
    add: (scalars) =>
      eachPiece({ gradients, total }, (pieces, count) => {
        add.run({ scalars, ...pieces }, { count, batches, slot: BATCH_OF_STEP });
      }),
    free: () => total.free(),
  };
}
