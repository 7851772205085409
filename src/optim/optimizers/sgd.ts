import * as z from "zod";
import { elementwise } from "./elementwise.ts";
import { defineOptimizer, type OptimizerPlugin } from "./optimizer.ts";
import { decayNormAndBias, learningRate, weightDecay } from "./options.ts";

/** The momentum. */
const states = ["sgd.m"];

const options = z.strictObject({
  lr: learningRate(0.05),
  momentum: z.number().min(0).lt(1).default(0.9).describe("Share of the last update in the next"),
  dampening: z.number().min(0).max(1).default(0).describe(
    "Share of the gradient that momentum leaves out, from the second step on",
  ),
  nesterov: z.boolean().default(false).describe("Look ahead along the momentum"),
  weight_decay: weightDecay(1e-4, "L2 penalty"),
  decay_norm_and_bias: decayNormAndBias,
}).check(({ value: { momentum, dampening, nesterov }, issues }) => {
  if (!nesterov || momentum > 0 && dampening === 0) return;
  const message = "needs momentum above 0 and no dampening: change these, or give nesterov=false";
  issues.push({ code: "custom", input: nesterov, path: ["nesterov"], message });
});

/**
 * Stochastic gradient descent, in torch.optim.SGD's order of operations:
 *
 *   g += decay * p;  m = momentum * m + (1 - dampening) * g, at the first step g
 *   p -= lr * m, or with Nesterov's momentum lr * (g + momentum * m)
 *
 * The scalars are lr and the gradient's share in the momentum.
 */
export const sgd: OptimizerPlugin = defineOptimizer({
  options: options.describe("Gradient descent with momentum, or Nesterov's"),
  states,
  make({ momentum, dampening, nesterov, weight_decay, decay_norm_and_bias }, parameters) {
    return elementwise({
      label: "SGD",
      states,
      decaysAll: decay_norm_and_bias,
      scalars: (t, lr) => [lr, t === 1 ? 1 : 1 - dampening],
      counted: `
fn counted(s: vec4f, steps: f32) -> vec4f {
  return vec4f(s.x, select(${1 - dampening}, 1.0, steps == 1.0), s.zw);
}`,
      rule: `
  g += p * select(0.0, ${weight_decay}, decays);
  m = m * ${momentum} + g * s.y;
  p -= rate * s.x * ${nesterov ? `(g + m * ${momentum})` : "m"};`,
    }, parameters);
  },
});
