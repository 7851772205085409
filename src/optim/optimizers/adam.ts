import * as z from "zod";
import { elementwise } from "./elementwise.ts";
import { countedMoments, momentOptions, momentScalars, updateMoments } from "./moments.ts";
import { defineOptimizer, type OptimizerPlugin } from "./optimizer.ts";
import { decayNormAndBias, learningRate, weightDecay } from "./options.ts";

/** First and second moments. */
const states = ["adam.m", "adam.v"];

/**
 * Adam (Kingma & Ba 2015), in torch.optim.Adam's order of operations: AdamW's, but the decay is a part of the
 * gradient, g + decay * p, and goes through the moments with it. The scalars are AdamW's, without the first.
 */
export const adam: OptimizerPlugin = defineOptimizer({
  options: z.strictObject({
    lr: learningRate(5e-4),
    ...momentOptions,
    weight_decay: weightDecay(0, "L2 penalty"),
    decay_norm_and_bias: decayNormAndBias,
  }).describe("Adam (Kingma & Ba 2015)"),
  states,
  make({ betas, eps, weight_decay, decay_norm_and_bias }, parameters) {
    return elementwise({
      label: "Adam",
      states,
      decaysAll: decay_norm_and_bias,
      scalars: (t, lr) => [0, ...momentScalars(betas, t, lr)],
      counted: countedMoments(betas),
      rule: `
  g += p * select(0.0, ${weight_decay}, decays);
  ${updateMoments(betas)}
  p -= rate * s.y * (m / (sqrt(v) / s.z + ${eps}));`,
    }, parameters);
  },
});
