import { adamw as adamwKernel, RATE_BLOCK } from "../../kernels/adamw.ts";
import { kernel } from "../core/kernel.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { STEP_SCALARS } from "./step_scalars.ts";

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
  /** f16 copies of the first so many values, in mixed precision. */
  readonly halves?: Tensor | undefined;
  /** The elements that learn, from and to, multiples of 128; the others are frozen. By default all. */
  readonly trained?: readonly [start: number, end: number];
  /** What the learning rate is multiplied with, for each 128 elements (PyTorch: parameter groups). By default 1. */
  readonly rates?: Tensor | undefined;
}

/** AdamW over flat buffers, one dispatch a step (torch.optim.AdamW). */
export interface Adamw {
  /** First and second moments, flat. */
  readonly moments: readonly [Tensor, Tensor];
  readonly betas: readonly [number, number];
  /**
   * The scalars of step `step` (1 is the first): 1 - lr * decay, lr / (1 - b1^step) and sqrt(1 - b2^step), computed in
   * float64, then 1 as the step is taken, and lr for {@link LossScale}; the other places of {@link STEP_SCALARS} are 0.
   */
  scalars(step: number, lr: number): number[];
  /**
   * Encodes one step. `scalars` starts with the values above, or with what {@link LossScale} or {@link FiniteGuard}
   * made of them; `clip` is [2] of {@link clipByNorm}.
   */
  step(scalars: Tensor, clip: Tensor): void;
  /** Gives the moments' memory back. */
  free(): void;
}

/** Makes an optimiser whose moments start at zero. */
export function adamw(parameters: FlatParameters, { betas, eps, weightDecay }: AdamwOptions): Adamw {
  const { values, gradients, decayed, halves, rates, trained: [start, end] = [0, values.size] } = parameters;
  const [beta1, beta2] = betas;
  const first = persistent(values.device, values.shape, "f32", "adamw first moments");
  const second = persistent(values.device, values.shape, "f32", "adamw second moments");
  const isWhole = start === 0 && end === values.size;
  /** Of a flat buffer what learns; f16 copies end earlier. */
  const part = (flat: Tensor) => isWhole ? flat : flat.slice(start, [Math.min(end, flat.size) - start]);
  const copies = halves && halves.size > start ? halves : undefined;
  return {
    moments: [first, second],
    betas,
    scalars(step, lr) {
      const corrections = [lr / (1 - beta1 ** step), Math.sqrt(1 - beta2 ** step)];
      const scalars = new Array<number>(STEP_SCALARS).fill(0);
      scalars.splice(0, 5, 1 - lr * weightDecay, ...corrections, 1, lr);
      return scalars;
    },
    step(scalars, clip) {
      const learning = { gradients, values, first, second, ...(copies && { halves: copies }) };
      const parts = Object.entries(learning).map(([name, tensor]) => [name, part(tensor)] as const);
      const tensors = { scalars, clip, ...Object.fromEntries(parts), ...(rates && { rates }) };
      update.run(tensors, {
        count: end - start,
        decayed: Math.min(Math.max(decayed - start, 0), end - start),
        beta1,
        beta2,
        eps,
        mixed: copies !== undefined,
        firstRate: rates && start / RATE_BLOCK,
      });
    },
    free() {
      first.free();
      second.free();
    },
  };
}
