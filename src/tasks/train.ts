/** `train`: from a configuration to a tested model in a run's folder. */
import { DataError } from "../base/errors.ts";
import { type Config, pipelineSteps } from "../config/mod.ts";
import type { Device } from "../core/device.ts";
import { mib } from "../core/pool.ts";
import { classCounts } from "../data/class_weights.ts";
import { labelsMapping } from "../data/labels_mapping.ts";
import type { Finding } from "../data/health/types.ts";
import { EVALUATED_SPLITS, SPLITS } from "../data/types.ts";
import type { Loss } from "../nn/losses/loss.ts";
import { makeLoss } from "../nn/losses/mod.ts";
import type { Model } from "../nn/model.ts";
import { makeOptimizer } from "../optim/optimizers/mod.ts";
import type { FlatParameters } from "../optim/optimizers/optimizer.ts";
import { makeSchedule } from "../optim/schedules/mod.ts";
import { type Callback, callEach } from "../train/callback.ts";
import { makeCallbacks } from "../train/callbacks/mod.ts";
import type { CallbackContext } from "../train/callbacks/plugin.ts";
import { loadCheckpoint } from "../train/checkpoint.ts";
import { type Evaluator, evaluator } from "../train/evaluate.ts";
import type { RunLog } from "../train/log.ts";
import { outputScalars } from "../train/output_scalars.ts";
import type { Tally } from "../train/step_results.ts";
import type { RunState } from "../train/run_state.ts";
import type { Snapshot } from "../train/run.ts";
import { fit } from "../train/trainer.ts";
import { aboutRun, checkpointStore, openResume, type RunPlaces } from "../setup/checkpoints.ts";
import { behaviourOf, compatNote } from "../setup/compat.ts";
import { healthNote, quickHealth } from "../setup/health_note.ts";
import type { Host } from "../setup/host.ts";
import { keepChoices } from "../setup/kernel_choices.ts";
import { isBalancedBySampler, lossContext } from "../setup/loss_context.ts";
import { describeData, type OpenData, openData } from "../setup/open_data.ts";
import { openLog, withRunLog } from "../setup/open_log.ts";
import { formatTest } from "../setup/test_line.ts";
import { describeAdapter, openConfigured, openModel } from "../setup/open_model.ts";
import { reportedFindings, runFiles } from "../setup/run_files.ts";

/** What a finished training leaves behind. */
export interface TrainResult {
  readonly folder: string;
  readonly state: RunState;
  /** The best weights on the test split; undefined where there is none. */
  readonly test: Tally | undefined;
}

/** Trains, validates after each epoch, writes checkpoints, and tests the best. */
export async function train(host: Host, given: Config, places: RunPlaces): Promise<TrainResult> {
  const config = given.trainer.fast_dev_run === false ? given : fastDevRun(given);
  const { folder } = places;
  const log = openLog(host, config, folder);
  const device = await openConfigured(host, config);
  try {
    using data = await openData(host, config, device, SPLITS);
    host.print(`data    ${describeData(data, SPLITS)}`);
    const findings = await quickHealth(config, data, SPLITS);
    for (const note of [healthNote(config, data, findings), compatNote(config)]) {
      if (note !== undefined) host.print(note);
    }
    requireTrainable(data);
    host.print(`config  ${describeConfig(config)}`);
    const model = await openModel(host, config, device, data.classes);
    await describeRun(host, config, folder, device, data);
    host.print(`run     ${folder}`);
    if (isBalancedBySampler(config)) {
      host.print("  note: loss.class_weights=balanced is off, as data.sampler.mode=auto balances already");
    }
    host.print("");
    const loss = makeLoss(config.loss, { device, ...lossContext(config, data) });
    const evaluation = createEvaluator(device, config, model, loss, data);
    const resume = places.resume && await openResume(host, places.resume, data.fingerprint);
    host.status(() => "preparing the step's kernels ...");
    return await withRunLog(log, config, resume?.progress, async () => {
      const callbacks = configuredCallbacks(host, config, places, device, data, findings);
      const parts = { device, data, model, loss, evaluation, log, resume, callbacks };
      const state = await fitConfigured(host, config, places, parts);
      const test = await testBest(host, evaluation, data, state, callbacks);
      const { live, peakBytes } = state.memory;
      host.print(`memory  ${live} buffers alive in every epoch, ${mib(peakBytes)} of GPU memory at the peak`);
      return { folder, state, test };
    });
  } finally {
    device.close();
  }
}

/** The parts of a configuration that are looked for first, in one line. */
function describeConfig({ experiment, seed, trainer, data, optimizer, scheduler }: Config): string {
  return [
    experiment,
    `${trainer.max_epochs} epochs`,
    `batch ${data.batch_size}`,
    trainer.precision,
    `lr ${optimizer.lr} by ${scheduler.name}`,
    `seed ${seed}`,
  ].join(", ");
}

/** Batch norm cannot be trained on one picture, and nothing can be learnt from one class. */
function requireTrainable(data: OpenData): void {
  if (data.classes.length < 2) {
    throw new DataError(
      `Cannot train as ${data.dataset.root} has one class only: ${data.classes.join(", ")}`,
    );
  }
}

/** Writes what explains the run: its seed, commit, runtime, adapter and labels. */
async function describeRun(
  host: Host,
  config: Config,
  folder: string,
  device: Device,
  data: OpenData,
): Promise<void> {
  const write = (name: string, text: string) =>
    host.writeAtomic(`${folder}/${name}`, new TextEncoder().encode(text));
  const run = {
    experiment: config.experiment,
    started: host.now().toISOString(),
    seed: config.seed,
    commit: await host.gitCommit() ?? null,
    runtime: host.runtime,
    adapter: describeAdapter(device),
  };
  await write("run.json", JSON.stringify(run, null, 2) + "\n");
  await write(
    "labels_mapping.json",
    labelsMapping(data.classes, data.evalPipeline.normalization, data.evalPipeline.preprocessing),
  );
}

function createEvaluator(
  device: Device,
  { data: { image_size: imageSize } }: Config,
  model: Model,
  loss: Loss,
  data: OpenData,
): Evaluator {
  const batchSize = data.evalBatchSize;
  const batches = Math.max(1, ...EVALUATED_SPLITS.map((split) => data.evaluate(split).length));
  return evaluator(device, { model, loss, imageSize, batchSize, batches });
}

/** What a configured run is put together from. */
interface RunParts {
  readonly device: Device;
  readonly data: OpenData;
  readonly model: Model;
  readonly loss: Loss;
  readonly evaluation: Evaluator;
  readonly log: RunLog;
  readonly resume: Snapshot | undefined;
  readonly callbacks: readonly Callback[];
}

/** A configuration for a look whether everything runs: an epoch, and no files but the run's own. */
function fastDevRun(config: Config): Config {
  const callbacks = { ...config.callbacks, model_checkpoint: null, early_stopping: null, onnx_export: null };
  return { ...config, callbacks, logging: {}, trainer: { ...config.trainer, max_epochs: 1 } };
}

/** Runs the trainer with the configured optimiser, schedule and callbacks. */
async function fitConfigured(
  host: Host,
  config: Config,
  places: RunPlaces,
  { device, data, model, loss, evaluation, log, resume, callbacks }: RunParts,
): Promise<RunState> {
  const { optimizer, trainer } = config;
  const { interval, ...scheduler } = config.scheduler;
  const flat = flatParameters(config, model);
  const { ema } = behaviourOf(config);
  const choices = trainer.tune_kernels ? [await keepChoices(host, device)] : [];
  return await fit(device, {
    model,
    classes: data.classes,
    loss,
    optimizer: makeOptimizer(optimizer, flat),
    accumulate: trainer.accumulate_grad_batches,
    ema: ema ? { decay: ema.decay, warmupSteps: ema.warmup_steps } : undefined,
    schedule: makeSchedule(scheduler, { lr: optimizer.lr, total: trainer.max_epochs }),
    perStep: interval === "step",
    train: data.train,
    valid: data.evaluate("valid").length > 0 ? () => data.evaluate("valid") : undefined,
    validateEvery: batchesBetweenValidations(config, data),
    evaluator: evaluation,
    imageSize: config.data.image_size,
    evalTransforms: pipelineSteps(config).eval,
    batchSizes: data.batchSizes,
    maxEpochs: trainer.max_epochs,
    maxNorm: trainer.gradient_clip_val || null,
    logEvery: trainer.log_every_n_steps,
    sanitySteps: trainer.num_sanity_val_steps,
    replay: trainer.replay,
    tuneKernels: trainer.tune_kernels,
    callbacks: [...choices, ...callbacks],
    log,
    signal: host.signal,
    about: aboutRun(config, places.folder, data),
    resume,
  });
}

/** The chosen callbacks, with what they may know of the run. */
function configuredCallbacks(
  host: Host,
  config: Config,
  { folder, checkpoints, resume }: RunPlaces,
  device: Device,
  data: OpenData,
  findings: readonly Finding[],
): Callback[] {
  return makeCallbacks({ ...config.callbacks, ema: behaviourOf(config).ema }, {
    folder,
    imageSize: config.data.image_size,
    write: host.writeAtomic,
    checkpoints: checkpointStore(host, checkpoints, resume !== undefined),
    scheduleInterval: config.scheduler.interval,
    samples: SPLITS.filter((split) => data.count(split) > 0)
      .map((name) => ({ name, counts: classCounts(data.store(name).samples, data.classes.length) })),
    picture: data.picture,
    plotting: host.plotting,
    report: {
      files: runFiles(host, folder),
      encodeJpeg: host.encodeJpeg,
      pathOf: data.pathOf,
      health: reportedFindings(findings),
      now: host.now,
    },
    exportOnnx: exporter(host, device, data),
    print: host.print,
    screen: { columns: host.terminal.columns, print: host.print, status: host.status },
  });
}

/** What the optimiser updates, and which part of it decays and learns how fast. */
function flatParameters(
  { model: { layer_lr_decay: decay } }: Config,
  model: Model,
): FlatParameters {
  const { parameters } = model;
  const { values, halves, trained, decayed } = parameters;
  const rates = decay === 1
    ? undefined
    : parameters.spread((name) => decay ** model.stageOf(name), "learning rates of layers");
  return { values, halves, trained, decayed, rates };
}

/** Batches between two validations, or undefined where only an epoch's end has one. */
function batchesBetweenValidations({ trainer }: Config, data: OpenData): number | undefined {
  const { val_check_interval: interval } = trainer;
  if (interval === 1) return undefined;
  return interval > 1 ? interval : Math.max(1, Math.floor(data.train(0).length * interval));
}

/** Exports checkpoints of the run, and checks them on its validation split. */
function exporter(host: Host, device: Device, data: OpenData): CallbackContext["exportOnnx"] {
  return async (checkpoint, path, options) => {
    const { exportCheckpoint } = await import("../setup/export/export_checkpoint.ts");
    const { pictures } = data.store("valid");
    const checkSet = pictures.length > 0 ? { name: "validation images", pictures } : undefined;
    host.print("");
    await exportCheckpoint(host, {
      checkpoint,
      path,
      options,
      checkSet,
      openDevice: () => Promise.resolve(device),
    });
  };
}

/** Loads the best checkpoint from its file and tests it. */
async function testBest(
  host: Host,
  evaluation: Evaluator,
  data: OpenData,
  state: RunState,
  callbacks: readonly Callback[],
): Promise<Tally | undefined> {
  const { best, log, maxEpochs, model, step } = state;
  if (!best) return undefined;
  host.print(`\nbest    ${best.path} (epoch ${best.epoch + 1})`);
  if (data.evaluate("test").length === 0) {
    host.print("test    no test split");
    return undefined;
  }
  await loadCheckpoint(model, await host.openFile(best.path), data.classes);
  const { tally, outputs } = await evaluation.run("test", data.evaluate("test"));
  const { loss, top1, top5 } = tally;
  host.print(formatTest(tally));
  log.scalars({
    "test/loss": loss,
    "test/acc_top1": top1,
    "test/acc_top5": top5,
    ...outputScalars("test", outputs),
  });
  await log.write(maxEpochs - 1, step);
  await callEach(callbacks, "tested", state, { epoch: best.epoch, step: best.step, tally, outputs });
  return tally;
}
