/** What a loss can know about a configuration and its dataset besides its own options. */
import type { Config } from "../config/mod.ts";
import { classCounts, classWeights } from "../data/class_weights.ts";
import type { Sample } from "../data/types.ts";
import type { LossContext } from "../nn/losses/loss.ts";
import { behaviourOf } from "./compat.ts";

/** True if the loss has class weights that are redundant because the sampler already balances [DATA-07]. */
export function isBalancedBySampler(config: Config): boolean {
  return asksForWeights(config) && samplerBalances(config);
}

/** True if the loss weights the classes by their counts in the train split. */
export function weighsClasses(config: Config): boolean {
  return asksForWeights(config) && !samplerBalances(config);
}

function asksForWeights({ loss }: Config): boolean {
  return "class_weights" in loss && loss.class_weights === "balanced";
}

function samplerBalances(config: Config): boolean {
  return config.data.sampler.mode === "auto" && !behaviourOf(config).weighsTwice;
}

/** The parts of a dataset that its loss depends on. Only a loss with class weights needs the train split. */
interface LossData {
  readonly classes: readonly string[];
  store(split: "train"): { readonly samples: readonly Sample[] };
}

/** What the loss can know about a dataset. Without training samples there are no class weights. */
export function lossContext(config: Config, { classes: { length: classes }, store }: LossData): LossContext {
  return {
    classes,
    focalBy: behaviourOf(config).focalBy,
    classWeights() {
      if (samplerBalances(config)) return undefined;
      const { samples } = store("train");
      return samples.length > 0 ? classWeights(classCounts(samples, classes)) : undefined;
    },
  };
}
