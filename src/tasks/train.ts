/** The task `train`: trains the configured model, tests it, and writes the results to the run's folder. */
import { counting } from "../base/progress.ts";
import { fromFirst, ONE, type Ranks } from "../base/ranks.ts";
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
import { type FitParts, openEvaluator, openFit } from "../setup/open_fit.ts";
import { openLog, withRunLog } from "../setup/open_log.ts";
import { openConfigured, openModel } from "../setup/open_model.ts";
import { describeRanks, requireSameData } from "../setup/ranks_of_run.ts";
import { requireOwnGpus } from "../setup/open_ranks.ts";
import { openResume } from "../setup/resume.ts";
import type { RunPlaces } from "../setup/run_places.ts";
import { shortRunNote } from "../setup/short_run_note.ts";
import { formatTest } from "../setup/test_line.ts";
import { type Callback, callEach } from "../train/callback.ts";
import { loadCheckpoint } from "../train/checkpoint.ts";
import { copyModelFromFirst } from "../train/data_parallel.ts";
import { RunLog } from "../train/log.ts";
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

/** Who else takes part in a training, and who follows it. */
export interface TrainWith {
  readonly watch?: Watch;
  /** The processes that train the model together: the first one writes all files. By default there are no others. */
  readonly ranks?: Ranks;
}

/** Trains with validation after each epoch, writes checkpoints, and tests the best one. */
export async function train(
  host: Host,
  given: Config,
  places: RunPlaces,
  { watch = () => [], ranks = ONE }: TrainWith = {},
): Promise<TrainResult> {
  const config = given.trainer.fast_dev_run === false ? given : fastDevRun(given);
  const { folder } = places, isFirst = ranks.rank === 0;
  if (config.callbacks.onnx_export && isFirst) host.requireOnnx();
  const log = isFirst ? openLog(host, config, folder) : new RunLog();
  const device = await openConfigured(host, config);
  try {
    await requireOwnGpus(host, ranks, device.adapter, config);
    using data = await openData(host, config, device, SPLITS, { share: ranks });
    await requireSameData(ranks, data);
    host.print(`data    ${describeData(data, SPLITS)}`);
    const findings = isFirst ? await quickHealth(config, data, SPLITS) : [];
    for (const note of [healthNote(config, findings), compatNote(config)]) {
      if (note !== undefined) host.print(note);
    }
    requireTrainable(data);
    host.print(`config  ${describeConfig(config)}`);
    const model = await openModel(host, config, device, data.classes);
    if (isFirst) await describeRun(host, config, folder, { device, data });
    if (config.callbacks.model_checkpoint && isFirst) await keepListing(host, data.dataset, data.fingerprint);
    host.print(`run     ${folder}`);
    for (const line of await describeRanks(host, config, ranks)) host.print(line);
    const note = shortRunNote(config, { layers: model.layers, batches: data.train(0).length });
    if (note !== undefined) host.print(note);
    if (isBalancedBySampler(config)) {
      host.print("  note: loss.class_weights=balanced is off, as data.sampler.mode=auto balances already");
    }
    host.print("");
    const loss = makeLoss(config.loss, { device, ...lossContext(config, data) });
    const evaluation = openEvaluator(config, { device, model, loss, data, ranks });
    const resume = places.resume && await openResume(host, config, places.resume, ranks);
    return await withRunLog(log, config, resume?.progress, async () => {
      const configured = openCallbacks(host, config, places, { device, data, findings });
      const callbacks = [...configured, ...watch(data, device)];
      const parts = { device, data, model, loss, evaluation, log, resume, callbacks, ranks };
      const state = await fit(device, await openFit(host, config, folder, parts));
      if (state.stop !== undefined) host.print(`\nstopped ${state.stop}`);
      const test = await testBest(host, parts, state);
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
  { evaluation, data, callbacks, ranks }: FitParts & { readonly ranks: Ranks },
  state: RunState,
): Promise<Tally | undefined> {
  const { log, maxEpochs, model, step } = state, best = await fromFirst(ranks, state.best);
  if (!best) return undefined;
  host.print(`\nbest    ${best.path} (epoch ${best.epoch})`);
  if (data.evaluate("test").length === 0) {
    host.print("test    no test split");
    return undefined;
  }
  const isFirst = ranks.rank === 0;
  if (isFirst) {
    await loadCheckpoint(model, await host.openFile(best.path), { classes: data.classes, freshHead: false });
  }
  if (ranks.size > 1) await copyModelFromFirst(ranks, model); // GPU sync point
  const batches = data.evaluate("test"), started = () => host.progress("testing batches", batches.length);
  const { tally, outputs } = await evaluation.run("test", counting(batches, started));
  if (!isFirst) return tally;
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
