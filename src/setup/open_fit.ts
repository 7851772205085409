/** Creates the trainer's options from a configuration. */
import { largest } from "../base/lists.ts";
import { Float } from "../base/float.ts";
import type { Ranks } from "../base/ranks.ts";
import { ConfigError } from "../base/errors.ts";
import { type Config, pipelineSteps } from "../config/mod.ts";
import type { Device } from "../core/device.ts";
import { EVALUATED_SPLITS } from "../data/types.ts";
import type { Monitored } from "../metrics/monitored.ts";
import type { Loss } from "../nn/losses/loss.ts";
import type { Model } from "../nn/model.ts";
import { makeSchedule, type Schedule } from "../optim/schedules/mod.ts";
import type { Callback } from "../train/callback.ts";
import { type Evaluator, evaluator } from "../train/evaluate.ts";
import type { RunLog } from "../train/log.ts";
import type { FitOptions, Snapshot } from "../train/run.ts";
import { amountOf } from "./batch_plan.ts";
import { behaviourOf } from "./compat.ts";
import type { Host } from "./host.ts";
import { keepChoices } from "./kernel_choices.ts";
import type { OpenData } from "./open_data.ts";
import { openOptimizer } from "./open_optimizer.ts";
import { aboutRun } from "./resume.ts";

/** What has already been opened for a training run. */
export interface FitParts {
  readonly device: Device;
  readonly data: OpenData;
  readonly model: Model;
  readonly loss: Loss;
  readonly evaluation: Evaluator;
  readonly log: RunLog;
  readonly resume: Snapshot | undefined;
  readonly callbacks: readonly Callback[];
  readonly ranks?: Ranks | undefined;
}

/** The trainer's options, with the configured optimiser and schedule. `folder` is the run's folder. */
export async function openFit(
  host: Host,
  config: Config,
  folder: string,
  { device, data, evaluation, callbacks, ...parts }: FitParts,
): Promise<FitOptions> {
  const { trainer, scheduler } = config;
  const { ema } = behaviourOf(config);
  const choices = trainer.tune_kernels ? [await keepChoices(host, device)] : [];
  return {
    ...parts,
    classes: data.classes,
    optimizer: openOptimizer(config, parts.model),
    target: config.transforms.batch.length > 0 ? "mixed" : "indices",
    accumulate: trainer.accumulate_grad_batches,
    ema: ema ? { decay: ema.decay, warmupSteps: ema.warmup_steps } : undefined,
    schedule: openSchedule(config, data),
    perStep: scheduler.interval === "step",
    train: data.train,
    valid: data.evaluate("valid").length > 0 ? () => data.evaluate("valid") : undefined,
    validateEvery: batchesBetweenValidations(config, data),
    evaluator: evaluation,
    imageSize: config.data.image_size,
    evalTransforms: pipelineSteps(config).eval,
    batchSizes: data.batchSizes,
    maxEpochs: trainer.max_epochs,
    ...clipping(config),
    logEvery: trainer.log_every_n_steps,
    sanitySteps: trainer.num_sanity_val_steps,
    replay: trainer.replay,
    tuneKernels: trainer.tune_kernels,
    callbacks: [...choices, ...callbacks],
    progress: host.progress,
    signal: host.signal,
    syncBatchNorm: trainer.sync_batchnorm,
    bucketCapMb: trainer.bucket_cap_mb,
    commHook: trainer.ddp_comm_hook,
    about: aboutRun(config, folder, data.fingerprint, parts.ranks?.size),
  };
}

/**
 * The learning rate over time.
 * @throws ConfigError if it goes by a metric of validation and nothing is validated
 */
function openSchedule(
  { optimizer, trainer, scheduler: { interval, ...chosen } }: Config,
  data: OpenData,
): Schedule {
  const { monitor } = chosen as { readonly monitor?: Monitored };
  if (monitor?.startsWith("val/") && data.evaluate("valid").length === 0) {
    throw new ConfigError(
      `Cannot use scheduler.monitor=${monitor} because the run validates on nothing: give data.split.valid=0.1, or ` +
        "scheduler.monitor=train/loss_epoch",
    );
  }
  const perStep = trainer.accumulate_grad_batches / data.train(0).length;
  return makeSchedule(chosen, {
    lr: optimizer.lr,
    total: trainer.max_epochs,
    interval: interval === "step" ? perStep : 1,
  });
}

/** How gradients are clipped; 0 is no clipping, as in Lightning. */
function clipping({ trainer }: Config): Pick<FitOptions, "maxNorm" | "maxValue"> {
  const limit = trainer.gradient_clip_val || null;
  const isByValue = trainer.gradient_clip_algorithm === "value";
  return isByValue ? { maxNorm: null, maxValue: limit ?? undefined } : { maxNorm: limit };
}

/** Number of batches between validations; undefined if they take place only at the end of an epoch. */
function batchesBetweenValidations({ trainer }: Config, data: OpenData): number | undefined {
  const { val_check_interval: interval } = trainer;
  return interval instanceof Float ? undefined : amountOf(interval, data.train(0).length);
}

/** The evaluator for a run's validations and its test. */
export function openEvaluator(
  { data: { image_size: imageSize } }: Config,
  { device, model, loss, data, ranks }: Pick<FitParts, "device" | "model" | "loss" | "data" | "ranks">,
): Evaluator {
  const batchSize = data.evalBatchSize;
  const batches = largest(EVALUATED_SPLITS.map((split) => data.evaluate(split).length), 1);
  const others = ranks && ranks.size > 1 ? ranks : undefined;
  return evaluator(device, { model, loss, imageSize, batchSize, batches, ranks: others });
}
