import * as z from "zod";
import { elementwise, type ElementwiseOptions } from "./elementwise.ts";
import { type Betas, countedMoments, momentOptions, momentScalars, updateMoments } from "./moments.ts";
import { defineOptimizer, type OptimizerPlugin } from "./optimizer.ts";
import { decayNormAndBias, learningRate, weightDecay } from "./options.ts";

/** First and second moments. */
const states = ["adamw.m", "adamw.v"];

/** What AdamW's update depends on. */
interface AdamWOptions {
  readonly betas: Betas;
  readonly eps: number;
  readonly weight_decay: number;
  readonly decay_norm_and_bias: boolean;
}

/** AdamW's update, of any parameters. */
export function adamwRule(
  { betas, eps, weight_decay, decay_norm_and_bias }: AdamWOptions,
): Omit<ElementwiseOptions, "label" | "states"> {
  return {
    decaysAll: decay_norm_and_bias,
    scalars: (t, lr) => [1 - lr * weight_decay, ...momentScalars(betas, t, lr)],
    counted: countedMoments(betas),
    rule: `${updateMoments(betas)}
  let kept = p * select(1.0, 1.0 - rate * (1.0 - s.x), decays);
  p = kept - rate * s.y * (m / (sqrt(v) / s.z + ${eps}));`,
  };
}

/**
 * AdamW (Loshchilov & Hutter 2019), in torch.optim.AdamW's order of operations:
 *
 *   p *= 1 - lr * decay;  m = b1 * m + (1 - b1) * g;  v = b2 * v + (1 - b2) * g^2
 *   p -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 *
 * A layer's own learning rate also applies to the decay. The scalars are 1 - lr * decay, lr / (1 - b1^t), sqrt(1 -
 * b2^t) and lr, computed in float64 if the host knows t.
 */
export const adamw: OptimizerPlugin = defineOptimizer({
  options: z.strictObject({
    lr: learningRate(5e-4),
    ...momentOptions,
    weight_decay: weightDecay(1e-4, "Decoupled weight decay"),
    decay_norm_and_bias: decayNormAndBias,
  }).describe("AdamW (Loshchilov & Hutter 2019)"),
  states,
  make: (options, parameters) => elementwise({ label: "AdamW", states, ...adamwRule(options) }, parameters),
});
