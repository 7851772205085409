/** The trainer: epochs of training and validation, and the callbacks around them. */
import { DivergedError, InterruptedError } from "../base/errors.ts";
import type { Device } from "../core/device.ts";
import type { DrawnEpoch } from "../data/sampler.ts";
import type { Loss } from "../nn/losses.ts";
import type { Model } from "../nn/resnet.ts";
import type { Adamw } from "../optim/adamw.ts";
import type { LossScaleState } from "../optim/loss_scale.ts";
import type { Schedule } from "../optim/schedules.ts";
import type { TrainBatch } from "./batch.ts";
import { type Callback, callEach } from "./callback.ts";
import type { Evaluator } from "./evaluate.ts";
import { type Ring, ring as createRing, sum, type Tally } from "./ring.ts";
import type { EpochRecord, Pace, RunState } from "./run_state.ts";
import { RunLog } from "./log.ts";
import { type TrainStep, trainStep } from "./step.ts";

/** The batches of one epoch. */
export interface EpochBatches extends AsyncIterable<TrainBatch> {
  readonly length: number;
  /** Milliseconds that the trainer has waited for batches so far. */
  readonly waitedMs: number;
  /** What the epoch holds of each class. */
  readonly drawn?: DrawnEpoch;
}

/** What is trained, on what, and how. */
export interface FitOptions {
  readonly model: Model;
  readonly classes: readonly string[];
  readonly loss: Loss;
  readonly optimizer: Adamw;
  /** The learning rate by epoch; `perStep` asks for it at fractions of an epoch too. */
  readonly schedule: Schedule;
  readonly perStep: boolean;
  readonly train: (epoch: number) => EpochBatches;
  /** Absent where there is no validation split. */
  readonly valid: (() => EpochBatches) | undefined;
  readonly evaluator: Evaluator;
  readonly imageSize: number;
  readonly batchSizes: readonly number[];
  readonly maxEpochs: number;
  readonly maxNorm: number | null;
  readonly logEvery: number;
  readonly sanitySteps: number;
  readonly replay: boolean;
  /** Measure the candidates of kernels that the device has no choice for. */
  readonly tuneKernels: boolean;
  readonly callbacks: readonly Callback[];
  /** Where callbacks write what loggers are to have; by default it goes nowhere. */
  readonly log?: RunLog;
  /** Aborted when the run is to stop. */
  readonly signal: AbortSignal;
}

/** A run under way. */
interface Fit extends FitOptions {
  readonly device: Device;
  readonly state: RunState;
  readonly step: TrainStep;
  readonly ring: Ring;
}

/**
 * Trains for `maxEpochs` epochs and returns the run's state.
 * @throws DivergedError when the loss is no longer finite, InterruptedError when `signal` was aborted
 */
export async function fit(device: Device, options: FitOptions): Promise<RunState> {
  const { model, classes, maxEpochs, callbacks, batchSizes } = options;
  const stepsPerEpoch = options.train(0).length;
  const ring = createRing(device, classes.length, stepsPerEpoch);
  const step = trainStep(device, { ...options, ring });
  const state: RunState = {
    model,
    classes,
    maxEpochs,
    stepsPerEpoch,
    log: options.log ?? new RunLog(),
    epoch: 0,
    step: 0,
    history: [],
    outputs: undefined,
    best: undefined,
    last: undefined,
    memory: device.pool.stats(),
  };
  const run: Fit = { ...options, device, state, step, ring };
  try {
    await step.prepare(batchSizes);
    await sanityCheck(run);
    await callEach(callbacks, "fitStart", state);
    for (state.epoch = 0; state.epoch < maxEpochs; state.epoch++) {
      const trained = await trainEpoch(run);
      const valid = options.valid && await options.evaluator.run("valid", options.valid());
      state.outputs = valid?.outputs;
      state.history.push({ ...trained, valid: valid?.tally });
      state.memory = device.pool.stats();
      await callEach(callbacks, "epochEnd", state);
    }
    await callEach(callbacks, "fitEnd", state);
    return state;
  } finally {
    step.free();
    ring.free();
  }
}

/** Trains for one epoch: the batch loop. */
async function trainEpoch(run: Fit): Promise<Omit<EpochRecord, "valid">> {
  const { state, step, ring, callbacks } = run;
  const { epoch } = state;
  const batches = run.train(epoch);
  state.drawn = batches.drawn;
  const started = performance.now();
  let lr = 0, inEpoch = 0;
  ring.restart();
  for await (const batch of batches) {
    if (run.signal.aborted) await interrupt(run);
    lr = run.schedule(run.perStep ? epoch + inEpoch / batches.length : epoch);
    await step.run(batch, lr);
    state.step = step.step;
    inEpoch++;
    if (state.step % run.logEvery === 0 && inEpoch < batches.length) {
      const steps = await readSteps(run);
      const record = { epoch, step: state.step, lr, tally: steps.at(-1)!, ...pace(steps, batches, started) };
      await callEach(callbacks, "stepLogged", state, record);
    }
  }
  const steps = await readSteps(run);
  return { epoch, step: state.step, lr, train: sum(steps), ...pace(steps, batches, started) };
}

/** The speed of an epoch that began at `started`. */
function pace(steps: readonly Tally[], { waitedMs }: EpochBatches, started: number): Pace {
  const seconds = (performance.now() - started) / 1000;
  const rows = steps.reduce((total, step) => total + step.rows, 0);
  return { seconds, imagesPerSecond: rows / seconds, dataWait: waitedMs / 1000 / seconds };
}

/** Steps in a row that mixed precision may skip: 2^16 halved so often is under 1. */
const MOST_SKIPS = 20;

/** @throws DivergedError if no loss scale is small enough */
function refuseEndlessSkips({ scale, skippedInARow }: LossScaleState, step: number): void {
  if (skippedInARow < MOST_SKIPS) return;
  throw new DivergedError(
    `Cannot go on training as the gradients of the last ${skippedInARow} steps up to step ${step} were not finite, ` +
      `down to a loss scale of ${scale}: use trainer.precision=32-true, lower optimizer.lr, or look for broken images`,
  );
}

/**
 * The epoch's steps so far; in mixed precision without those whose loss had overflowed, which were skipped.
 * @throws DivergedError at the first whose loss is not finite, or where mixed precision skips every step
 */
async function readSteps({ ring, state, step: { scale } }: Fit): Promise<Tally[]> {
  const steps = await ring.steps(); // GPU sync point
  const bad = steps.findIndex(({ loss }) => !Number.isFinite(loss));
  if (scale) {
    refuseEndlessSkips(await scale.read(), state.step); // GPU sync point
    const finite = steps.filter(({ loss }) => Number.isFinite(loss));
    return finite.length > 0 ? finite : steps;
  }
  if (bad < 0) return steps;
  const first = state.step - steps.length + 1;
  const saved = state.last
    ? `the last good checkpoint is ${state.last.path}`
    : "no checkpoint was written yet";
  throw new DivergedError(
    `Cannot go on training as the loss of step ${first + bad} (epoch ${state.epoch}) is ${
      steps[bad].loss
    }: ` +
      `${saved}; lower optimizer.lr, lengthen scheduler.warmup_epochs, or look for broken images and labels`,
  );
}

/** Evaluates a few batches before the first epoch, so that a broken validation fails at once; leaves no trace. */
async function sanityCheck({ valid, evaluator, sanitySteps }: Fit): Promise<void> {
  if (valid && sanitySteps > 0) await evaluator.run("valid", take(valid(), sanitySteps));
}

async function* take(batches: AsyncIterable<TrainBatch>, count: number): AsyncGenerator<TrainBatch> {
  for await (const batch of batches) {
    yield batch;
    if (--count === 0) return;
  }
}

/** Lets the callbacks save what there is, and ends the run. */
async function interrupt({ callbacks, state }: Fit): Promise<never> {
  await callEach(callbacks, "interrupted", state);
  const saved = state.last ? `: its weights are in ${state.last.path}` : "";
  throw new InterruptedError(`The run was interrupted after step ${state.step}${saved}`);
}
