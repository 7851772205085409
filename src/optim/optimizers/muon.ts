import * as z from "zod";
import { gatherStep, RATE_BLOCK } from "../../../kernels/elementwise_update.ts";
import { muonApply, muonMomentum } from "../../../kernels/muon.ts";
import { ConfigError } from "../../base/errors.ts";
import { roundUp } from "../../base/shape.ts";
import { kernel } from "../../core/kernel.ts";
import { persistent } from "../../core/tensor.ts";
import { newtonSchulz } from "../newton_schulz.ts";
import { OWN_SCALARS } from "../step_scalars.ts";
import { adamwRule } from "./adamw.ts";
import { elementwise } from "./elementwise.ts";
import { beta } from "./moments.ts";
import {
  defineOptimizer,
  type FlatParameters,
  type HiddenMatrix,
  type OptimizerPlugin,
} from "./optimizer.ts";
import { decayNormAndBias, learningRate, weightDecay } from "./options.ts";

const gather = kernel("update_gather", gatherStep);
const follow = kernel("muon_momentum", muonMomentum);
const apply = kernel("muon_apply", muonApply);

/** The momentum of matrices and AdamW's first moment of the rest, and AdamW's second moment of the rest. */
const states = ["muon.m", "muon.v"];

const options = z.strictObject({
  lr: learningRate(0.02),
  momentum: beta.default(0.95).describe("Share of the momentum in the next"),
  nesterov: z.boolean().default(true).describe("Look ahead along the momentum"),
  ns_steps: z.int().min(1).max(99).default(5).describe("Newton-Schulz steps that orthogonalise the momentum"),
  ns_coefficients: z.tuple([z.number(), z.number(), z.number()]).default([3.4445, -4.775, 2.0315])
    .describe("Coefficients of such a step"),
  eps: z.number().positive().default(1e-7).describe("Least norm that the momentum is divided by"),
  adjust_lr_fn: z.enum(["original", "match_rms_adamw", "spectral_unclamped"]).default("original").describe(
    "Rate by shape: sqrt(max(1, out / in)), 0.2 sqrt(max(out, in)), which suits AdamW's rates, or sqrt(out / in)",
  ),
  weight_decay: weightDecay(5e-3, "Decoupled weight decay"),
  decay_norm_and_bias: decayNormAndBias,
  adamw_lr: z.number().positive().default(5e-4).meta({ ofKind: true })
    .describe("AdamW's rate for the head, depthwise filters, norms and biases, where lr is at its own"),
  betas: z.tuple([beta, beta]).default([0.9, 0.999]).describe("AdamW's decay of the two moments"),
  adamw_eps: z.number().positive().default(1e-8).describe("Added to AdamW's denominator"),
});

/** What the rate of a matrix [outputs, inputs] is multiplied with. */
const adjustments = {
  original: (outputs: number, inputs: number) => Math.sqrt(Math.max(1, outputs / inputs)),
  match_rms_adamw: (outputs: number, inputs: number) => 0.2 * Math.sqrt(Math.max(outputs, inputs)),
  spectral_unclamped: (outputs: number, inputs: number) => Math.sqrt(outputs / inputs),
};

/**
 * Muon (Jordan et al. 2024), as torch.optim.Muon, but in f32 throughout. For each filter and matrix of a hidden layer:
 *
 *   m += (1 - momentum) * (g - m);  u = m, or with Nesterov's momentum m + (1 - momentum) * (g - m)
 *   p *= 1 - lr * decay;  p -= lr * adjustment * orthogonal(u)
 *
 * A filter is the matrix [out, in * kh * kw]. The head, depthwise filters, norms and biases are AdamW's, whose rate
 * follows the same course from `adamw_lr`. The scalars are those of AdamW.
 */
export const muon: OptimizerPlugin = defineOptimizer({
  options: options.describe("Muon (Jordan et al. 2024): orthogonal updates of filters, AdamW for the rest"),
  states,
  make({ lr: base, adamw_lr, ...o }, parameters) {
    const { values, halves, rates } = parameters;
    const matrices = hiddenMatrices(parameters), { device } = values;
    const ratio = adamw_lr / base, rule = adamwRule({ ...o, eps: o.adamw_eps });
    const rest = elementwise({
      ...rule,
      label: "Muon",
      states,
      scalars: (t, lr) => rule.scalars(t, ratio * lr),
      ranges: restOf(matrices, parameters),
    }, parameters);
    const momentum = rest.states.get("muon.m")!;
    const now = persistent(device, [8], "f32", "what Muon's update reads of the step");
    return {
      ...rest,
      step(inputs) {
        rest.step(inputs);
        const { gradients, scalars, clip, maxValue, decision: { taken } } = inputs;
        gather.run({ scalars, taken, clip, step: now }, { slot: OWN_SCALARS / 4 });
        for (const { start, rows, columns, outputs, inputs } of matrices) {
          const shape = [rows, columns], count = rows * columns;
          const part = (flat: typeof values) => flat.slice(start, shape);
          const u = part(values).like("momentum to orthogonalise");
          const moving = { step: now, gradients: part(gradients), m: part(momentum), direction: u };
          follow.run(moving, { count, momentum: o.momentum, nesterov: o.nesterov, maxValue });
          const way = { coefficients: o.ns_coefficients, steps: o.ns_steps, eps: o.eps };
          const copies = halves && { halves: part(halves) };
          const moved = { step: now, ...newtonSchulz(u, way), values: part(values), ...copies };
          apply.run({ ...moved, ...(rates && { rates }) }, {
            count,
            share: 1 / ratio,
            weightDecay: o.weight_decay,
            adjustment: adjustments[o.adjust_lr_fn](outputs, inputs),
            mixed: halves !== undefined,
            block: rates && start / RATE_BLOCK,
          });
        }
      },
      free() {
        rest.free();
        now.free();
      },
    };
  },
});

/** @throws ConfigError if there is nothing that Muon would update */
function hiddenMatrices({ matrices = [] }: FlatParameters): readonly HiddenMatrix[] {
  if (matrices.length > 0) return matrices;
  throw new ConfigError(
    "Cannot use optimizer=muon because no filter or matrix of a hidden layer is trained: give optimizer=adamw",
  );
}

/** The ranges of trained elements between and behind the matrices. */
function restOf(
  matrices: readonly HiddenMatrix[],
  { values, trained: [start, end] = [0, values.size] }: FlatParameters,
): (readonly [number, number])[] {
  const ends = matrices.map(({ start, rows, columns }) => roundUp(start + rows * columns, RATE_BLOCK));
  const starts = [...matrices.map(({ start }) => start), end];
  return [start, ...ends].map((from, i) => [from, starts[i]] as const).filter(([from, to]) => from < to);
}
