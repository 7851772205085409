import { ema as emaKernel } from "../../kernels/ema.ts";
import { swap as swapKernel } from "../../kernels/swap.ts";
import { kernel } from "../core/kernel.ts";
import { eachPiece, flat } from "../core/pieces.ts";
import type { Tensor } from "../core/tensor.ts";
import { EMA_DECAY } from "./step_scalars.ts";

const follow = kernel("ema", emaKernel);
const exchange = kernel("swap", swapKernel);

/**
 * The decay of step `step` (1 is the first): min(decay, (1 + s) / (10 + s)) for the s-th update, as in timm and
 * TensorFlow. During `warmupSteps` steps nothing is updated: the decay is 1.
 */
export function emaDecay(decay: number, step: number, warmupSteps = 0): number {
  const updates = step - warmupSteps;
  return updates < 1 ? 1 : Math.min(decay, (1 + updates) / (10 + updates));
}

/** Exponential moving averages of flat buffers, kept on the GPU. */
export interface Ema {
  /** One for each source, with its shape, f32. */
  readonly averages: readonly Tensor[];
  /** Encodes average += (1 - d) * (source - average), d at {@link EMA_DECAY} of the scalars. */
  update(scalars: Tensor): void;
  /** Encodes swapping averages and sources. */
  swap(): void;
  /** Restarts from the sources' values. */
  reset(): void;
  free(): void;
}

/** Creates averages that start at their sources' values: a model's parameters and its running statistics. */
export function ema(sources: readonly Tensor[]): Ema {
  const averages = sources.map((source) => flat(source.device, source.size, "f32", `ema of ${source.label}`));
  const average: Ema = {
    averages,
    update(scalars) {
      sources.forEach((x, i) =>
        eachPiece({ x, average: averages[i] }, (pieces, count) => {
          follow.run({ scalars, ...pieces }, { count, slot: EMA_DECAY });
        })
      );
    },
    swap: () =>
      sources.forEach((x, i) =>
        eachPiece({ x, y: averages[i] }, (pieces, count) => exchange.run(pieces, { count }))
      ),
    reset() {
      sources.forEach(({ device, buffer, byteOffset, bytes }, i) =>
        device.copy(buffer, byteOffset, averages[i].buffer, averages[i].byteOffset, bytes)
      );
    },
    free() {
      for (const tensor of averages) tensor.free();
    },
  };
  average.reset();
  return average;
}
