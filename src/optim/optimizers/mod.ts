/** The optimisers that a configuration can name. A new one is a file beside this one and a line in this literal. */
import { makeByName } from "../../base/plugin.ts";
import { adamw } from "./adamw.ts";
import type { FlatParameters, Optimizer } from "./optimizer.ts";

/** All optimisers by name. */
export const optimizers = { adamw } as const;

/** An optimiser's name. */
export type OptimizerName = keyof typeof optimizers;

/** An optimiser's name, and beside it options of that optimiser. */
export interface ChosenOptimizer {
  readonly name: OptimizerName;
  readonly [option: string]: unknown;
}

/**
 * The chosen optimiser of these parameters; its states start at zero.
 * @throws RangeError if an option is unknown or out of range
 * @example const optimizer = makeOptimizer({ name: "adamw", weight_decay: 1e-2 }, model.parameters);
 */
export function makeOptimizer({ name, ...options }: ChosenOptimizer, parameters: FlatParameters): Optimizer {
  return makeByName("optimizer", optimizers, name, options, parameters);
}

/** The one that is meant where none is named. */
export const DEFAULT_OPTIMIZER: OptimizerName = "adamw";

/** The names under which checkpoints keep the states of any optimiser. */
export const optimizerStates: readonly string[] = Object.values(optimizers).flatMap(({ states }) => states);
