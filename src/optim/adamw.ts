import { adamw as adamwKernel } from "../../kernels/adamw.ts";
import { kernel } from "../core/kernel.ts";
import { persistent, type Tensor } from "../core/tensor.ts";

const update = kernel("adamw", adamwKernel);

/** Options of torch.optim.AdamW but for the learning rate, which comes with each step. */
export interface AdamwOptions {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
}

/** What the optimiser updates: flat buffers of one size, of which the first `decayed` elements are decayed. */
export interface FlatParameters {
  readonly values: Tensor;
  readonly gradients: Tensor;
  readonly decayed: number;
}

/** Elements of the tensor of per-step scalars that the optimiser reads; more may follow. */
export const ADAMW_SCALARS = 4;

/** AdamW over flat buffers, one dispatch a step (torch.optim.AdamW). */
export interface Adamw {
  /** First and second moments, flat. */
  readonly moments: readonly [Tensor, Tensor];
  /**
   * What step `step` (1 is the first) reads from the scalars: 1 - lr * decay, lr / (1 - b1^step) and
   * sqrt(1 - b2^step), computed in float64.
   */
  scalars(step: number, lr: number): readonly [number, number, number];
  /** Encodes one step. `scalars` starts with the values above, `clip` is [2] of {@link clipByNorm}. */
  step(scalars: Tensor, clip: Tensor): void;
  /** Gives the moments' memory back. */
  free(): void;
}

/** Makes an optimiser whose moments start at zero. */
export function adamw(parameters: FlatParameters, { betas, eps, weightDecay }: AdamwOptions): Adamw {
  const { values, gradients, decayed } = parameters;
  const [beta1, beta2] = betas;
  const first = persistent(values.device, values.shape, "f32", "adamw first moments");
  const second = persistent(values.device, values.shape, "f32", "adamw second moments");
  return {
    moments: [first, second],
    scalars: (step, lr) => [1 - lr * weightDecay, lr / (1 - beta1 ** step), Math.sqrt(1 - beta2 ** step)],
    step(scalars, clip) {
      update.run({ scalars, clip, gradients, values, first, second }, {
        count: values.size,
        decayed,
        beta1,
        beta2,
        eps,
      });
    },
    free() {
      first.free();
      second.free();
    },
  };
}
