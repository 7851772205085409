import { INITIAL_SCALE, lossScale as lossScaleKernel } from "../../kernels/loss_scale.ts";
import type { Device } from "../core/device.ts";
import { kernel } from "../core/kernel.ts";
import { persistent, type Tensor } from "../core/tensor.ts";

const decide = kernel("loss_scale", lossScaleKernel);

/** What the loss scale has come to. */
export interface LossScaleState {
  readonly scale: number;
  /** Steps since the last overflow or growth. */
  readonly good: number;
  /** Steps that AdamW took, and those that it did not as the gradients had overflowed. */
  readonly taken: number;
  readonly skipped: number;
  readonly skippedInARow: number;
}

/** The dynamic loss scale of 16-mixed, on the GPU (torch.amp.GradScaler). */
export interface LossScale {
  /** [1]: what the loss's gradient is multiplied with. */
  readonly scale: Tensor;
  /** [5], as {@link LossScaleState} lists it; part of a checkpoint. */
  readonly state: Tensor;
  /**
   * Encodes the decision about a step: from the norm in `clip` it moves the scale.
   * @param scalars as {@link Adamw.scalars} gives them
   * @returns the scalars that AdamW reads instead; they say whether the step is taken
   */
  update(scalars: Tensor, clip: Tensor): Tensor;
  /** Waits for the GPU. */
  read(): Promise<LossScaleState>;
  free(): void;
}

/** Makes a loss scale that starts at 2^16. */
export function lossScale(device: Device, betas: readonly [number, number]): LossScale {
  const state = persistent(device, [5], "f32", "loss scale");
  const step = persistent(device, [4], "f32", "scalars of the step if it is taken");
  state.write([INITIAL_SCALE, 0, 0, 0, 0]);
  return {
    state,
    scale: state.slice(0, [1]),
    update(scalars, clip) {
      decide.run({ clip, scalars, state, step }, { beta1: betas[0], beta2: betas[1] });
      return step;
    },
    async read() {
      const [scale, good, taken, skipped, skippedInARow] = await state.read(); // GPU sync point
      return { scale, good, taken, skipped, skippedInARow };
    },
    free() {
      state.free();
      step.free();
    },
  };
}
