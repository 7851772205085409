import * as z from "zod";
import { elementwise } from "./elementwise.ts";
import { beta } from "./moments.ts";
import { defineOptimizer, type OptimizerPlugin } from "./optimizer.ts";
import { decayNormAndBias, learningRate, weightDecay } from "./options.ts";

/** The momentum. */
const states = ["lion.m"];

/**
 * Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms"), its algorithm 2:
 *
 *   p -= lr * (sign(b1 * m + (1 - b1) * g) + decay * p);  m = b2 * m + (1 - b2) * g
 *
 * Every element moves by lr, so its rate is a tenth of AdamW's, and its decay ten times as large. The scalar is lr.
 */
export const lion: OptimizerPlugin = defineOptimizer({
  options: z.strictObject({
    lr: learningRate(5e-5),
    betas: z.tuple([beta, beta]).default([0.9, 0.99])
      .describe("Share of the momentum in the update, and the decay of the momentum"),
    weight_decay: weightDecay(1e-3, "Decoupled weight decay"),
    decay_norm_and_bias: decayNormAndBias,
  }).describe("Lion (Chen et al. 2023): the sign of the momentum"),
  states,
  make({ betas: [beta1, beta2], weight_decay, decay_norm_and_bias }, parameters) {
    return elementwise({
      label: "Lion",
      states,
      decaysAll: decay_norm_and_bias,
      scalars: (_, lr) => [lr],
      rule: `
  let direction = sign(m * ${beta1} + g * ${1 - beta1});
  p -= rate * s.x * (direction + p * select(0.0, ${weight_decay}, decays));
  m = m * ${beta2} + g * ${1 - beta2};`,
    }, parameters);
  },
});
