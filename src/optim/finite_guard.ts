import { finiteGuard as finiteGuardKernel } from "../../kernels/finite_guard.ts";
import type { Device } from "../core/device.ts";
import { kernel } from "../core/kernel.ts";
import { persistent } from "../core/tensor.ts";
import type { StepDecision } from "./decision.ts";
import { STEP } from "./step_scalars.ts";

const look = kernel("finite_guard", finiteGuardKernel);

/** Stops f32 training at gradients that are not finite: from the first such norm on, no step is taken. */
export interface FiniteGuard extends StepDecision {
  readonly skips: false;
  /** The number of the step whose gradients were not finite, or 0. Waits for the GPU. */
  read(): Promise<number>;
}

/** Creates a guard in its initial state. */
export function finiteGuard(device: Device): FiniteGuard {
  const halted = persistent(device, [1], "f32", "step that was not finite");
  const taken = persistent(device, [2], "f32", "whether the step is taken");
  return {
    taken,
    skips: false,
    decide: (scalars, clip) => look.run({ clip, scalars, halted, taken }, { slot: STEP }),
    read: async () => (await halted.read())[0], // GPU sync point
    free() {
      halted.free();
      taken.free();
    },
  };
}
