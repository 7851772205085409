/** Creates the configured optimiser. */
import type { Config } from "../config/mod.ts";
import type { Model } from "../nn/model.ts";
import { makeOptimizer } from "../optim/optimizers/mod.ts";
import type { Optimizer } from "../optim/optimizers/optimizer.ts";

/**
 * Creates the optimiser for a model, with a learning rate for each stage if the configuration asks for it.
 */
export function openOptimizer(
  { optimizer, model: { layer_lr_decay: decay } }: Config,
  { parameters, stageOf, head }: Model,
): Optimizer {
  const { values, halves, trained, decayed, statistics } = parameters;
  const rates = decay === 1
    ? undefined
    : parameters.spread((name) => decay ** stageOf(name), "learning rates of layers");
  const matrices = parameters.hiddenMatrices(head.parameters);
  return makeOptimizer(optimizer, { values, halves, trained, decayed, statistics, rates, matrices });
}
