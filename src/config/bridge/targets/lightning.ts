/** Lightning's callbacks, loggers and Trainer. */

import { ConfigError } from "../../../base/errors.ts";
import { DIRECTIONS, type Monitored } from "../../../metrics/monitored.ts";
import { ALL } from "../../schema/training.ts";
import type { Data } from "../../tree.ts";
import {
  allMoot,
  family,
  type Fate,
  type Finish,
  kept,
  moot,
  only,
  type Read,
  required,
  turns,
} from "../target.ts";

const printed = moot("what happens is printed in any case");
const bar = (...looks: readonly string[]) => ({
  options: allMoot(["refresh_rate", "leave", ...looks], "the looks of the progress line are fixed"),
});
const summary = { options: { max_depth: moot("the summary has totals only") } };

/** The class's default mode is min, whatever the metric; with an accuracy it would keep the worst. */
export const requireMode: Finish = (options, given) => {
  const metric = options.get("monitor")?.value as Monitored | null;
  if (given.has("mode")) return;
  options.delete("mode");
  if (metric === null || DIRECTIONS[metric] !== "max") return;
  throw new ConfigError(`its default mode is min, which is the wrong way for ${metric}: write mode: max`);
};

const modelCheckpoint: Record<string, Fate> = {
  dirpath: moot("the weights are in the run's folder, and in checkpoint_dir for resuming"),
  filename: kept(null, { note: "names of metrics are not inserted, as with auto_insert_metric_name=false" }),
  monitor: kept(null, { note: "null: the newest is the best, as there" }),
  verbose: printed,
  save_last: kept(null, { read: (value) => value === "link" || value === true }),
  save_top_k: kept(1),
  save_on_exception: moot("a run that is interrupted saves its state in any case"),
  save_weights_only: only([false], "a checkpoint here is a whole run"),
  mode: kept("min", { note: "must be given for metrics of which larger values are better" }),
  auto_insert_metric_name: moot("the file name is as filename has it"),
  every_n_train_steps: only(
    [null, 0],
    "checkpoints follow validations; give save_every_n_minutes to save between them",
  ),
  train_time_interval: only([null], "give save_every_n_minutes instead"),
  every_n_epochs: only([null, 1], "each validation is a candidate"),
  save_on_train_epoch_end: only([null, false], "checkpoints follow validations"),
  enable_version_counter: moot("a name that is taken gets the step"),
};

const earlyStopping: Record<string, Fate> = {
  monitor: required(),
  min_delta: kept(0),
  patience: kept(3),
  verbose: printed,
  mode: kept("min", { note: "must be given for metrics of which larger values are better" }),
  strict: moot("the metrics are known in advance"),
  check_finite: only([true], "a run whose gradients are not finite ends in any case"),
  stopping_threshold: only([null], "only patience ends a run"),
  divergence_threshold: only([null], "only patience ends a run"),
  check_on_train_epoch_end: only([null, false], "it follows validations"),
  log_rank_zero_only: moot("there is one process"),
};

/** The callbacks. */
export const callbacks = family("callbacks", [
  "lightning.pytorch.callbacks.*",
  "pytorch_lightning.callbacks.*",
], {
  ModelCheckpoint: ["model_checkpoint", { options: modelCheckpoint, finish: requireMode }],
  EarlyStopping: ["early_stopping", { options: earlyStopping, finish: requireMode }],
  LearningRateMonitor: ["learning_rate_monitor", {
    options: {
      logging_interval: kept(null),
      log_momentum: only([false], "only the learning rate is logged"),
      log_weight_decay: only([false], "only the learning rate is logged"),
    },
  }],
  RichProgressBar: ["progress", bar("theme", "console_kwargs")],
  TQDMProgressBar: ["progress", bar("process_position")],
  ModelSummary: ["model_info", summary],
  RichModelSummary: ["model_info", summary],
});

const noPrefix = only([""], "metrics have the names of docs/training.md");
const inRunFolder = moot("records are kept in the run's folder");

/** The loggers. */
export const loggers = family("logging", ["lightning.pytorch.loggers.*", "pytorch_lightning.loggers.*"], {
  WandbLogger: ["wandb", {
    options: {
      name: kept(null, { note: "null: the experiment's name" }),
      save_dir: inRunFolder,
      dir: inRunFolder,
      version: only([null], "a run's id is its own"),
      id: only([null], "a run's id is its own"),
      offline: kept(false),
      anonymous: only([null, false], "an account is needed"),
      project: kept(null, {
        read: (value) => value ?? "lightning_logs",
        note: "null: lightning_logs, as there without WANDB_PROJECT, which is not read",
      }),
      log_model: kept(false, { read: logModel, note: "not all, which uploads during the training" }),
      experiment: only([null], "the run is opened here"),
      prefix: noPrefix,
      checkpoint_name: only([null], "the artifact is called model-RUN"),
      add_file_policy: moot("files do not change once they are uploaded"),
      tags: kept([], { read: (value) => value ?? [] }),
      notes: kept(null),
      entity: kept(null),
      group: kept(null),
      job_type: only([null], "runs have no type"),
    },
    about: "`tags`, `notes`, `entity`, `group` and `job_type` are arguments of `wandb.init`",
  }],
  TensorBoardLogger: ["tensorboard", {
    options: {
      save_dir: required(),
      name: kept("lightning_logs"),
      version: only([null], "a run's folder is its version"),
      log_graph: only([false], "the graph is in the exported ONNX file"),
      default_hp_metric: moot("hyperparameters have no placeholder metric"),
      prefix: noPrefix,
      sub_dir: only([null], "a run's folder is its version"),
    },
  }],
  CSVLogger: [undefined, {
    options: allMoot(
      ["save_dir", "name", "version", "prefix", "flush_logs_every_n_steps"],
      "every run writes metrics.csv into its folder",
    ),
  }],
});

function logModel(value: Data): Data {
  if (typeof value === "boolean") return value;
  throw new ConfigError("it must be true or false: checkpoints are uploaded when the run is finished");
}

const precision: Read = (value) => {
  if ([null, 32, "32"].includes(value as never)) return "32-true";
  return [16, "16"].includes(value as never) ? "16-mixed" : value;
};

const fallback = (value: Data): { read: Read } => ({ read: (given) => given ?? value });

/** The strategies that are data-parallel, by any of Lightning's names of DDP; ours refuses the others. */
const strategy: Read = (value) => {
  if (value === null || value === "single_device") return "auto";
  return typeof value === "string" && /^ddp(_|$)/.test(value) ? "ddp" : value;
};

/** How many devices a number, a list or a text of their indices is. */
const devices: Read = (value) => {
  const text = Array.isArray(value) ? value.join(",") : String(value);
  if (["-1", "auto", "null"].includes(text)) return "auto";
  if (Array.isArray(value) || text.includes(",")) return text.split(",").filter((each) => each !== "").length;
  return /^\d+$/.test(text) ? Number(text) : value;
};

const always = moot("a run is deterministic, and kernels are chosen by trainer.tune_kernels");

const trainerOptions: Record<string, Fate> = {
  accelerator: moot("gpu chooses"),
  strategy: kept("auto", { read: strategy, note: "ddp_* is ddp, which mpirun or srun launches" }),
  devices: kept("auto", { read: devices, note: "how many; a list's length. Checked against the launch" }),
  num_nodes: kept(1, {
    read: (value) => value === 1 || value === null ? "auto" : value,
    note: "1: as launched; another number is checked against the launch",
  }),
  sync_batchnorm: kept(false),
  use_distributed_sampler: only([true], "each rank takes its share of the one order"),
  logger: only([null, true], "give logging=none for no logger"),
  callbacks: only([null], "they are the part callbacks"),
  fast_dev_run: kept(false),
  max_epochs: kept(null, fallback(1000)),
  min_epochs: only([null, 0, 1], "only early_stopping ends a run before max_epochs"),
  max_steps: only([-1], "a run has trainer.max_epochs"),
  min_steps: only([null], "only early_stopping ends a run before max_epochs"),
  max_time: only([null], "a run has trainer.max_epochs"),
  limit_train_batches: kept(null, { ...fallback(ALL), note: "1 is one batch, 1.0 all; so in the others" }),
  limit_val_batches: kept(null, fallback(ALL)),
  limit_test_batches: kept(null, fallback(ALL)),
  limit_predict_batches: moot("predict takes the images that it is given"),
  overfit_batches: kept(0),
  val_check_interval: kept(null, fallback(ALL)),
  check_val_every_n_epoch: only([1], "every epoch ends with a validation"),
  num_sanity_val_steps: kept(null, fallback(2)),
  log_every_n_steps: kept(null, fallback(50)),
  enable_checkpointing: turns("model_checkpoint", { monitor: null, save_top_k: 1, save_last: false }),
  enable_progress_bar: turns("progress", {}),
  enable_model_summary: moot("the line model of every run has the number of parameters"),
  accumulate_grad_batches: kept(1),
  gradient_clip_val: kept(null),
  gradient_clip_algorithm: kept(null, fallback("norm")),
  precision: kept(null, { read: precision }),
  deterministic: always,
  benchmark: always,
  inference_mode: moot("a validation records no gradients"),
  profiler: moot("deno task bench measures steps"),
  detect_anomaly: moot("a gradient that is not finite is always found and named"),
  barebones: only([false], "leave out the callbacks instead"),
  plugins: only([null], "there are none"),
  reload_dataloaders_every_n_epochs: only([0], "the data stays the same"),
  default_root_dir: moot("hydra.run.dir is the run's folder"),
  enable_autolog_hparams: moot("the configuration is always logged"),
  model_registry: only([null], "there is none"),
};

/** The Trainer. */
export const trainer = family("trainer", ["lightning.pytorch.*", "lightning", "pytorch_lightning.*"], {
  Trainer: [undefined, { options: trainerOptions }],
});
