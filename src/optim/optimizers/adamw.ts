import * as z from "zod";
import { oneMinusPower } from "../../../kernels/lib/one_minus_power.ts";
import { elementwise } from "./elementwise.ts";
import { defineOptimizer } from "./optimizer.ts";

const beta = z.number().min(0).lt(1);

/** ln b for the GPU. b = 0 has no logarithm, but 1 - b^t is 1 either way. */
const logOf = (beta: number) => Math.log(Math.max(beta, 1e-30));

/** First and second moments. */
const states = ["adamw.m", "adamw.v"];

/**
 * AdamW (Loshchilov & Hutter 2019), in torch.optim.AdamW's order of operations:
 *
 *   p *= 1 - lr * decay;  m = b1 * m + (1 - b1) * g;  v = b2 * v + (1 - b2) * g^2
 *   p -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)
 *
 * A layer's own learning rate also applies to the decay. The scalars are 1 - lr * decay, lr / (1 - b1^t), sqrt(1 -
 * b2^t) and lr, computed in float64 if the host knows t.
 */
export const adamw = defineOptimizer({
  options: z.strictObject({
    lr: z.number().positive().default(5e-4).describe("Learning rate at the end of warm-up"),
    betas: z.tuple([beta, beta]).default([0.9, 0.999]).describe("AdamW's decay of the two moments"),
    eps: z.number().positive().default(1e-8).describe("Added to AdamW's denominator"),
    weight_decay: z.number().min(0).default(1e-4).describe("Decoupled weight decay"),
    decay_norm_and_bias: z.boolean().default(true).describe("Also decay batch norm's parameters and biases"),
  }).describe("AdamW (Loshchilov & Hutter 2019)"),
  states,
  make({ betas: [beta1, beta2], eps, weight_decay, decay_norm_and_bias }, parameters) {
    return elementwise({
      label: "AdamW",
      states,
      decaysAll: decay_norm_and_bias,
      scalars: (t, lr) => [
        1 - lr * weight_decay,
        lr / (1 - beta1 ** t),
        Math.sqrt(1 - beta2 ** t),
        lr,
      ],
      counted: `${oneMinusPower}
fn counted(s: vec4f, steps: f32) -> vec4f {
  let first = s.w / one_minus_power(${logOf(beta1)}, steps);
  let second = sqrt(one_minus_power(${logOf(beta2)}, steps));
  return vec4f(s.x, first, second, s.w);
}`,
      rule: `
  m = m * ${beta1} + g * ${1 - beta1};
  v = v * ${beta2} + g * g * ${1 - beta2};
  let kept = p * select(1.0, 1.0 - rate * (1.0 - s.x), decays);
  p = kept - rate * s.y * (m / (sqrt(v) / s.z + ${eps}));`,
    }, parameters);
  },
});
