/** The tasks that take a configuration. */

import { ConfigError } from "../../base/errors.ts";
import { type Config, requireBuilt } from "../../config/mod.ts";
import type { ConfiguredTask } from "./task.ts";

const train: ConfiguredTask = {
  name: "train",
  summary: "Trains, validates, keeps the best weights and tests them",
  check: requireBuilt,
  async places(host, config, folder, isJob) {
    const { findPlaces } = await import("../checkpoints.ts");
    return await findPlaces(host, config, folder, isJob);
  },
  async run(host, config, places) {
    const { train } = await import("../train.ts");
    const { state, test } = await train(host, config, places);
    const outcome = new Map<string, number>();
    if (state.best && !Number.isNaN(state.best.value)) outcome.set("val/acc_top1", state.best.value);
    if (test) outcome.set("test/acc_top1", test.top1).set("test/loss", test.loss);
    return outcome;
  },
};

const evaluate: ConfiguredTask = {
  name: "eval",
  summary: "Tests the weights that model.weights names",
  check(config) {
    requireBuilt({ ...config, callbacks: {}, logging: {} });
    requireWeights(config);
  },
  async run(host, config) {
    const { evaluate } = await import("../eval.ts");
    const { loss, top1, top5 } = await evaluate(host, config);
    return new Map([["test/acc_top1", top1], ["test/acc_top5", top5], ["test/loss", loss]]);
  },
};

function requireWeights({ model }: Config): void {
  if (model.weights !== null) return;
  throw new ConfigError(
    "Cannot evaluate as no weights are given: add model.weights=PATH, such as outputs/.../checkpoints/best.safetensors",
  );
}

/** Every configured task by name. */
export const configuredTasks: Readonly<Record<string, ConfiguredTask>> = { train, eval: evaluate };
