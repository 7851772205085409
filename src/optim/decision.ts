/** Whether a step is taken: decided on the GPU by its gradients, apart from what an optimiser does with them. */
import type { Tensor } from "../core/tensor.ts";

/** A decision about each step, which the optimiser's kernels read. */
export interface StepDecision {
  /** [2], f32: 1 if the step is taken, else 0; and how many steps were taken so far, with this one. */
  readonly taken: Tensor;
  /** True if training goes on behind a step that is not taken, which then does not count: the host cannot know its number. */
  readonly skips: boolean;
  /**
   * Encodes the decision.
   * @param scalars of the step (see step_scalars.ts)
   * @param clip [2] of `clipByNorm()`, whose norm is looked at
   */
  decide(scalars: Tensor, clip: Tensor): void;
  free(): void;
}
