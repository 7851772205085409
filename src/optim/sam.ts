/**
 * Sharpness-aware minimisation (Foret et al. 2021; `adaptive`: Kwon et al. 2021) around any optimiser:
 *
 *   e = rho * g / (|g| + 1e-12), adaptive: rho * w^2 * g / (||w| * g| + 1e-12)
 *   the optimiser's step at w by the gradients at w + e
 *
 * The statistics of batch norm are those of the first pass, at w. A first pass whose gradients are not finite makes
 * those of the second not finite either, so that one decision is enough.
 */
import * as z from "zod";
import { copy as copyKernel } from "../../kernels/copy.ts";
import { samClimb, samTaint, samWeigh } from "../../kernels/sam.ts";
import { kernel } from "../core/kernel.ts";
import { eachPiece, flat } from "../core/pieces.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { castFlat } from "../ops/cast.ts";
import { clipByNorm } from "./clip.ts";
import type { FlatParameters, Optimizer } from "./optimizers/optimizer.ts";

const copy = kernel("copy", copyKernel);
const weigh = kernel("sam_weigh", samWeigh);
const climb = kernel("sam_climb", samClimb);
const taint = kernel("sam_taint", samTaint);

/** Its options, which every optimiser has. */
export const samOptions = z.strictObject({
  rho: z.number().positive().default(0.05).describe("Distance to the weights whose gradients count"),
  adaptive: z.boolean().default(false).describe(
    "Scale the distance by each weight (ASAM; rho about 0.5 to 2)",
  ),
}).describe("Sharpness-aware minimisation: two passes a step, the second at the worst weights nearby");

/** Options of {@link withSam}. */
export interface SamOptions {
  readonly rho: number;
  readonly adaptive: boolean;
}

/** An optimiser that takes its gradients at the worst weights nearby. */
export function withSam(optimizer: Optimizer, parameters: FlatParameters, options: SamOptions): Optimizer {
  const { values, halves, statistics } = parameters, { device } = values;
  const norm = persistent(device, [2], "f32", "norm of SAM's first gradients");
  const kept = [values, statistics].filter((tensor) => tensor !== undefined).map((tensor) => ({
    tensor,
    before: flat(device, tensor.size, "f32", `${tensor.label} before SAM's second pass`),
  }));
  const weighted = options.adaptive ? flat(device, values.size, "f32", "weighted gradients") : undefined;
  const updateHalves = () => halves && castFlat(values, halves);
  /** The gradients, or the weighted ones that the adaptive variant measures. */
  const measured = (gradients: Tensor) => {
    if (weighted === undefined) return gradients;
    eachPiece({ values, gradients, weighted }, (pieces, count) => weigh.run(pieces, { count }));
    return weighted;
  };
  return {
    ...optimizer,
    ascent: {
      climb({ gradients, scale }) {
        for (const { tensor, before } of kept) copyFlat(tensor, before);
        clipByNorm(measured(gradients), norm, null, scale);
        eachPiece({ gradients, values }, (pieces, count) => {
          climb.run({ norm, ...pieces }, { count, ...options });
        });
        updateHalves();
      },
      comeBack({ gradients }) {
        for (const { tensor, before } of kept) copyFlat(before, tensor);
        updateHalves();
        eachPiece({ gradients }, (pieces, count) => taint.run({ norm, ...pieces }, { count }));
      },
    },
    free() {
      optimizer.free();
      for (const part of [norm, weighted, ...kept.map(({ before }) => before)]) part?.free();
    },
  };
}

function copyFlat(x: Tensor, y: Tensor): void {
  eachPiece({ x, y }, (pieces, count) => copy.run(pieces, { count }));
}
