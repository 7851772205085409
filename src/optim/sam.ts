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
import { persistent, type Tensor } from "../core/tensor.ts";
import { castInto } from "../ops/cast.ts";
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
export type SamOptions = z.output<typeof samOptions>;

/** An optimiser that takes its gradients at the worst weights nearby. */
export function withSam(optimizer: Optimizer, parameters: FlatParameters, options: SamOptions): Optimizer {
  const { values, halves, statistics } = parameters, { device, size: count } = values;
  const norm = persistent(device, [2], "f32", "norm of SAM's first gradients");
  const kept = [values, statistics].filter((tensor) => tensor !== undefined).map((tensor) => ({
    tensor,
    before: persistent(device, tensor.shape, "f32", `${tensor.label} before SAM's second pass`),
  }));
  const updateHalves = () => halves && castInto(values.slice(0, halves.shape), halves);
  /** The gradients, or the weighted ones that the adaptive variant measures. */
  const measured = (gradients: Tensor) => {
    if (!options.adaptive) return gradients;
    const weighted = gradients.like("weighted gradients");
    weigh.run({ values, gradients, weighted }, { count });
    return weighted;
  };
  return {
    ...optimizer,
    ascent: {
      climb({ gradients, scale }) {
        for (const { tensor, before } of kept) copy.run({ x: tensor, y: before }, { count: tensor.size });
        clipByNorm(measured(gradients), norm, null, scale);
        climb.run({ norm, gradients, values }, { count, ...options });
        updateHalves();
      },
      comeBack({ gradients }) {
        for (const { tensor, before } of kept) copy.run({ x: before, y: tensor }, { count: tensor.size });
        updateHalves();
        taint.run({ norm, gradients }, { count });
      },
    },
    free() {
      optimizer.free();
      for (const part of [norm, ...kept.map(({ before }) => before)]) part.free();
    },
  };
}
