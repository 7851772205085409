import { finiteGuard as finiteGuardKernel } from "../../kernels/finite_guard.ts";
import type { Device } from "../core/device.ts";
import { kernel } from "../core/kernel.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { STEP } from "./step_scalars.ts";

const look = kernel("finite_guard", finiteGuardKernel);

/** Watches an f32 training for gradients that are not finite. */
export interface FiniteGuard {
  /**
   * Encodes the decision about a step: from the first norm in `clip` that is not finite on, none is taken.
   * @param scalars as {@link Adamw.scalars} gives them, the step's number at {@link STEP}
   * @returns the scalars that AdamW reads instead; they say whether the step is taken
   */
  update(scalars: Tensor, clip: Tensor): Tensor;
  /** The number of the step whose gradients were not finite, or 0. Waits for the GPU. */
  read(): Promise<number>;
  free(): void;
}

/** Makes a guard that has seen nothing yet. */
export function finiteGuard(device: Device): FiniteGuard {
  const halted = persistent(device, [1], "f32", "step that was not finite");
  const step = persistent(device, [4], "f32", "scalars of the step if it is taken");
  halted.write([0]);
  return {
    update(scalars, clip) {
      look.run({ clip, scalars, halted, step }, { slot: STEP });
      return step;
    },
    read: async () => (await halted.read())[0], // GPU sync point
    free() {
      halted.free();
      step.free();
    },
  };
}
