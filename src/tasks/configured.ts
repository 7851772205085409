/** The tasks that take a configuration. */

import { ConfigError } from "../base/errors.ts";
import type { Config } from "../config/mod.ts";
import { type Split, SPLITS } from "../data/types.ts";
import type { ConfiguredTask, LookingTask } from "../launch/task.ts";

const train: ConfiguredTask = {
  name: "train",
  summary:
    "Trains, validates, keeps the best weights and tests them; a path as the first argument is the dataset's",
  check: requireOneView,
  async overrides(host, { overrides, flags }) {
    const { withDataPath } = await import("../setup/data_path.ts");
    return await withDataPath(host, overrides, flags.has("config-name") ? [] : ["trainer=local"]);
  },
  async places(host, config, folder, isJob) {
    const { findPlaces } = await import("../setup/run_places.ts");
    return await findPlaces(host, config, folder, isJob);
  },
  async openRanks(host, config) {
    const { openRanks } = await import("../setup/open_ranks.ts");
    const ranks = await openRanks(host, config);
    if (ranks.size === 1 || !config.trainer.lr_find) return ranks;
    throw new ConfigError(
      `Cannot look for a learning rate on ${ranks.size} ranks: start trainer.lr_find=true by itself, with ` +
        `data.batch_size=${config.data.batch_size * ranks.size} to see the batches of all`,
    );
  },
  async run(host, config, places, ranks) {
    if (config.trainer.lr_find) {
      const { lrFind } = await import("./lr_find.ts");
      const { suggestion } = await lrFind(host, config, places.folder);
      return new Map(suggestion === undefined ? [] : [["lr_find/suggestion", suggestion]]);
    }
    const { train } = await import("./train.ts");
    const { state, test } = await train(host, config, places, { ranks });
    const outcome = new Map<string, number>();
    if (state.best && !Number.isNaN(state.best.value)) outcome.set("val/acc_top1", state.best.value);
    if (test) outcome.set("test/acc_top1", test.top1).set("test/loss", test.loss);
    return outcome;
  },
};

const evaluate: ConfiguredTask = {
  name: "eval",
  summary:
    "Tests a checkpoint or an ONNX file, given as the first argument or as model.weights; a path after it is the dataset's",
  check: requireWeights,
  flags: {
    split: { value: "SPLIT", choices: [...SPLITS, "all"], help: "Evaluate on this split (default: test)" },
  },
  async overrides(host, { overrides }) {
    const { isModelPath, withModelFile } = await import("../setup/classify/file_card.ts");
    const { withDataPath } = await import("../setup/data_path.ts");
    const models = overrides.slice(0, 1).filter(isModelPath);
    const rest = await withDataPath(host, overrides.slice(models.length));
    return await withModelFile(host, [...models, ...rest]);
  },
  async run(host, config, places, _, given) {
    const { evaluate } = await import("./eval.ts");
    const tested = given?.get("split") as Split | "all" | undefined;
    const { loss, acc_top1: top1, acc_top5: top5, f1_macro: f1, ece } = await evaluate(
      host,
      config,
      places.folder,
      tested,
    );
    return new Map([
      ["test/acc_top1", top1],
      ["test/acc_top5", top5],
      ["test/loss", loss],
      ["test/f1_macro", f1],
      ["test/ece", ece],
    ]);
  },
};

function requireWeights({ model }: Config): void {
  if (model.weights !== null) return;
  throw new ConfigError(
    "Cannot evaluate: no weights given; give a path such as outputs/RUN/weights/best.safetensors as the first argument, or add model.weights=PATH",
  );
}

/** A training's own test is what its validations are compared with, so it has no views either. */
function requireOneView({ eval: { tta } }: Config): void {
  if (tta === null) return;
  throw new ConfigError(
    `Cannot train with eval.tta=${tta}: a training tests with one view of each image; leave it out, and give it to ` +
      "deno task eval",
  );
}

const stats: LookingTask = {
  name: "stats",
  summary: "Counts a dataset's images and checks them for problems",
  flags: {
    json: { help: "Print everything as JSON, with all paths" },
    html: { value: "FILE", help: "Write a page with the images of each finding" },
    strict: { help: "Exit with code 3 if there are errors or warnings (not for info)" },
    patch: { value: "FILE", help: "Write proposed corrections as JSONL, to use with data.patch=FILE" },
    since: { value: "PATH", help: "Also say what has changed since an earlier version of the dataset" },
  },
  check() {},
  async overrides(host, { overrides }) {
    const { withDataPath } = await import("../setup/data_path.ts");
    return await withDataPath(host, overrides);
  },
  async look(host, config, given, notes) {
    const { stats } = await import("./stats.ts");
    await stats(host, config, given, notes);
  },
};

/** Every task that looks without leaving a run, by name. */
export const lookingTasks: Readonly<Record<string, LookingTask>> = { stats };

/** Every configured task by name. */
export const configuredTasks: Readonly<Record<string, ConfiguredTask>> = { train, eval: evaluate };
