/**
 * Whether a step is taken: decided on the GPU from its gradients, independently of what an optimiser does with them.
 */
import type { Tensor } from "../core/tensor.ts";

/** A decision about each step, read by the optimiser's kernels. */
export interface StepDecision {
  /** [2], f32: 1 if the step is taken, else 0; and the number of steps taken so far, including this one. */
  readonly taken: Tensor;
  /**
   * True if training continues after a skipped step, which then does not count: the host cannot know the step's
   * number.
   */
  readonly skips: boolean;
  /**
   * Encodes the decision.
   * @param scalars of the step (see step_scalars.ts)
   * @param clip [2] of `clipByNorm()`, whose norm is checked
   */
  decide(scalars: Tensor, clip: Tensor): void;
  free(): void;
}
