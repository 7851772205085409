/** The optimisers that a configuration can name. To add one, add a file to this folder and a line to this literal. */
import * as z from "zod";
import { makeByName } from "../../base/plugin.ts";
import { adam } from "./adam.ts";
import { adamw } from "./adamw.ts";
import { lion } from "./lion.ts";
import { muon } from "./muon.ts";
import { samOptions, withSam } from "../sam.ts";
import type { FlatParameters, Optimizer } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

/** All optimisers by name. */
export const optimizers = { adamw, sgd, adam, lion, muon } as const;

/** An optimiser's name. */
export type OptimizerName = keyof typeof optimizers;

/** An optimiser's name, together with its options. */
export interface ChosenOptimizer {
  readonly name: OptimizerName;
  readonly [option: string]: unknown;
}

/** The options that every optimiser has besides its own. */
export const sharedOptions = {
  sam: samOptions.nullable().default(null).describe(samOptions.description!),
};

/**
 * The chosen optimiser for these parameters; its states start at zero.
 * @throws RangeError if an option is unknown or out of range
 * @example const optimizer = makeOptimizer({ name: "adamw", weight_decay: 1e-2 }, model.parameters);
 */
export function makeOptimizer(
  { name, sam: given = null, ...options }: ChosenOptimizer,
  parameters: FlatParameters,
): Optimizer {
  const { sam } = z.strictObject(sharedOptions).parse({ sam: given });
  const optimizer = makeByName("optimizer", optimizers, name, options, parameters);
  return sam ? withSam(optimizer, parameters, sam) : optimizer;
}

/** The optimiser used if none is named. */
export const DEFAULT_OPTIMIZER: OptimizerName = "adamw";

/** The names of the states of all optimisers in checkpoints. */
export const optimizerStates: readonly string[] = Object.values(optimizers).flatMap(({ states }) => states);
