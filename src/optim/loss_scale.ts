import { INITIAL_SCALE, lossScale as lossScaleKernel } from "../../kernels/loss_scale.ts";
import { scaled } from "../../kernels/scaled.ts";
import type { Device } from "../core/device.ts";
import { kernel } from "../core/kernel.ts";
import { empty, persistent, type Tensor } from "../core/tensor.ts";
import type { StepDecision } from "./decision.ts";

const move = kernel("loss_scale", lossScaleKernel);
const multiply = kernel("scaled", scaled);

/** The state of the loss scale. */
export interface LossScaleState {
  readonly scale: number;
  /** Steps since the last overflow or growth. */
  readonly good: number;
  /** Steps that were taken, and those that were skipped because the gradients overflowed. */
  readonly taken: number;
  readonly skipped: number;
  readonly skippedInARow: number;
}

/** The dynamic loss scale of 16-mixed, on the GPU (torch.amp.GradScaler): a step that overflows is skipped. */
export interface LossScale extends StepDecision {
  readonly skips: true;
  /** [1]: the factor on the loss's gradient. */
  readonly scale: Tensor;
  /** Encodes a loss's gradient [1] times the scale; returns it. */
  times(dloss: Tensor): Tensor;
  /** [5], in the order of {@link LossScaleState}; part of a checkpoint. */
  readonly state: Tensor;
  /** Waits for the GPU. */
  read(): Promise<LossScaleState>;
}

/** Creates a loss scale that starts at 2^16. */
export function lossScale(device: Device): LossScale {
  const state = persistent(device, [5], "f32", "loss scale");
  const taken = persistent(device, [2], "f32", "whether the step is taken");
  state.write([INITIAL_SCALE, 0, 0, 0, 0]);
  const scale = state.slice(0, [1]);
  return {
    taken,
    skips: true,
    state,
    scale,
    times(value) {
      const scaled = empty(device, [1], "f32", "scaled gradient of the loss");
      multiply.run({ factor: scale, value, scaled }, undefined);
      return scaled;
    },
    decide: (_, clip) => move.run({ clip, state, taken }, undefined),
    async read() {
      const [scale, good, taken, skipped, skippedInARow] = await state.read(); // GPU sync point
      return { scale, good, taken, skipped, skippedInARow };
    },
    free() {
      state.free();
      taken.free();
    },
  };
}
