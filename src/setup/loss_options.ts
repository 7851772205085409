/** The loss that a configuration asks for: for the engine, and for models that run elsewhere. */
import type { Config } from "../config/mod.ts";
import { classCounts, classWeights } from "../data/class_weights.ts";
import type { Sample } from "../data/types.ts";
import type { LossOptions } from "../nn/losses.ts";
import { behaviourOf } from "./compat.ts";

/** True if balanced class weights are left out of the loss, as the sampler balances already [DATA-07]. */
export function isBalancedBySampler(config: Config): boolean {
  const { loss, data: { sampler } } = config;
  return loss.class_weights === "balanced" && sampler.mode === "auto" && !behaviourOf(config).weighsTwice;
}

/** True if the loss weighs the classes by their counts in the train split. */
export function weighsClasses(config: Config): boolean {
  return config.loss.class_weights === "balanced" && !isBalancedBySampler(config);
}

/** A dataset as far as its loss depends on it. Only a loss that weighs classes asks for the train split. */
interface LossData {
  readonly classes: readonly string[];
  store(split: "train"): { readonly samples: readonly Sample[] };
}

/** Options of the loss on a dataset. */
export function lossOptions(config: Config, { classes: { length: classes }, store }: LossData): LossOptions {
  const { loss: { name, label_smoothing: labelSmoothing, gamma } } = config;
  const counts = () => classCounts(store("train").samples, classes);
  return {
    ...{ name, classes, labelSmoothing, gamma },
    focalBy: behaviourOf(config).focalBy,
    classWeights: weighsClasses(config) ? classWeights(counts()) : undefined,
  };
}
