/** The task `train`: trains the configured model, tests it, and writes the results to the run's folder. */
import { counting } from "../base/progress.ts";
import type { Config } from "../config/mod.ts";
import { mib } from "../base/byte_size.ts";
import type { Device } from "../core/device.ts";
import { SPLITS } from "../data/types.ts";
import { makeLoss } from "../nn/losses/mod.ts";
import { compatNote } from "../setup/compat.ts";
import { describeConfig, describeRun } from "../setup/describe_run.ts";
import { describeDiskUse } from "../setup/disk_use.ts";
import { healthNote, quickHealth } from "../setup/health_note.ts";
import type { Host } from "../setup/host.ts";
import { keepListing } from "../setup/kept_listing.ts";
import { isBalancedBySampler, lossContext } from "../setup/loss_context.ts";
import { openCallbacks } from "../setup/open_callbacks.ts";
import { describeData, type OpenData, openData, requireTrainable } from "../setup/open_data.ts";
import { openEvaluator, openFit } from "../setup/open_fit.ts";
import { openLog, withRunLog } from "../setup/open_log.ts";
import { openConfigured, openModel } from "../setup/open_model.ts";
import { openResume } from "../setup/resume.ts";
import type { RunPlaces } from "../setup/run_places.ts";
import { formatTest } from "../setup/test_line.ts";
import { type Callback, callEach } from "../train/callback.ts";
import { loadCheckpoint } from "../train/checkpoint.ts";
import type { Evaluator } from "../train/evaluate.ts";
import { outputScalars } from "../train/output_scalars.ts";
import type { RunState } from "../train/run_state.ts";
import type { Tally } from "../train/step_results.ts";
import { fit } from "../train/trainer.ts";

/** The result of a completed training run. */
export interface TrainResult {
  readonly folder: string;
  readonly state: RunState;
  /** Results of the best weights on the test split; undefined if either is missing. */
  readonly test: Tally | undefined;
}

/** Callbacks that follow a run beside the configured ones, such as a page's. */
export type Watch = (data: OpenData, device: Device) => readonly Callback[];

/** Trains with validation after each epoch, writes checkpoints, and tests the best one. */
export async function train(
  host: Host,
  given: Config,
  places: RunPlaces,
  watch: Watch = () => [],
): Promise<TrainResult> {
  const config = given.trainer.fast_dev_run === false ? given : fastDevRun(given);
  const { folder } = places;
  if (config.callbacks.onnx_export) host.requireOnnx();
  const log = openLog(host, config, folder);
  const device = await openConfigured(host, config);
  try {
    using data = await openData(host, config, device, SPLITS);
    host.print(`data    ${describeData(data, SPLITS)}`);
    const findings = await quickHealth(config, data, SPLITS);
    for (const note of [healthNote(config, findings), compatNote(config)]) {
      if (note !== undefined) host.print(note);
    }
    requireTrainable(data);
    host.print(`config  ${describeConfig(config)}`);
    const model = await openModel(host, config, device, data.classes);
    await describeRun(host, config, folder, { device, data });
    if (config.callbacks.model_checkpoint) await keepListing(host, data.dataset, data.fingerprint);
    host.print(`run     ${folder}`);
    if (isBalancedBySampler(config)) {
      host.print("  note: loss.class_weights=balanced is off, as data.sampler.mode=auto balances already");
    }
    host.print("");
    const loss = makeLoss(config.loss, { device, ...lossContext(config, data) });
    const evaluation = openEvaluator(config, { device, model, loss, data });
    const resume = places.resume && await openResume(host, config, places.resume);
    return await withRunLog(log, config, resume?.progress, async () => {
      const configured = openCallbacks(host, config, places, { device, data, findings });
      const callbacks = [...configured, ...watch(data, device)];
      const parts = { device, data, model, loss, evaluation, log, resume, callbacks };
      const state = await fit(device, await openFit(host, config, folder, parts));
      if (state.stop !== undefined) host.print(`\nstopped ${state.stop}`);
      const test = await testBest(host, evaluation, data, state, callbacks);
      const { live, peakBytes } = state.memory;
      host.print(`memory  ${live} buffers alive in every epoch, ${mib(peakBytes)} of GPU memory at the peak`);
      host.print(`disk    ${await describeDiskUse(host, places)}`);
      return { folder, state, test };
    });
  } finally {
    device.close();
  }
}

/** Configures a quick check that everything runs: one epoch, no loggers, checkpoints, exports or measured kernels. */
function fastDevRun(config: Config): Config {
  const callbacks = { ...config.callbacks, model_checkpoint: null, early_stopping: null, onnx_export: null };
  return {
    ...config,
    callbacks,
    logging: {},
    trainer: { ...config.trainer, max_epochs: 1, tune_kernels: false },
  };
}

/** Loads the best checkpoint and evaluates it on the test split. */
async function testBest(
  host: Host,
  evaluation: Evaluator,
  data: OpenData,
  state: RunState,
  callbacks: readonly Callback[],
): Promise<Tally | undefined> {
  const { best, log, maxEpochs, model, step } = state;
  if (!best) return undefined;
  host.print(`\nbest    ${best.path} (epoch ${best.epoch})`);
  if (data.evaluate("test").length === 0) {
    host.print("test    no test split");
    return undefined;
  }
  await loadCheckpoint(model, await host.openFile(best.path), { classes: data.classes, freshHead: false });
  const batches = data.evaluate("test"), started = () => host.progress("testing batches", batches.length);
  const { tally, outputs } = await evaluation.run("test", counting(batches, started));
  const { loss, top1, top5 } = tally;
  host.print(formatTest(tally, data.classes.length));
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
