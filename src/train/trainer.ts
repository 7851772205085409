/** The trainer: epochs of training and validation, and the callbacks around them. */
import { fromFirst } from "../base/ranks.ts";
import { counting, noProgress } from "../base/progress.ts";
import { watchCompiling } from "../core/kernel.ts";
import type { Device } from "../core/device.ts";
import { ema } from "../optim/ema.ts";
import type { TrainBatch } from "./batch.ts";
import { callEach } from "./callback.ts";
import { dataParallel } from "./data_parallel.ts";
import { interruption, readSteps } from "./endings.ts";
import { stepResults, sum, type Tally } from "./step_results.ts";
import type { EpochBatches, Fit, FitOptions } from "./run.ts";
import { RunLog } from "./log.ts";
import { recordedValue } from "./monitor.ts";
import type { EpochRecord, Pace, RunState } from "./run_state.ts";
import { averagedStatistics, requireSameStart, withChoicesOfFirst } from "./same_start.ts";
import { encodeSnapshot, restoreSnapshot } from "./snapshot.ts";
import { trainStep } from "./step.ts";

/**
 * Trains until `maxEpochs` epochs are done or a callback requests the end, and returns the run's state.
 * @throws DivergedError when loss or gradients are no longer finite, InterruptedError when `signal` was aborted
 */
export async function fit(device: Device, options: FitOptions): Promise<RunState> {
  const run = begin(device, options);
  const { state, callbacks, step, results } = run;
  try {
    for (const [key, name] of options.resume?.progress.choices ?? []) device.choices.set(key, name);
    await prepare(run);
    await callEach(callbacks, "fitStart", state);
    if (options.resume) await restoreSnapshot(run, options.resume);
    await requireSameStart(run);
    while (state.epoch < state.maxEpochs && state.stop === undefined) {
      await trainEpoch(run);
      state.epoch++;
      state.batch = state.validatedAt = 0;
      results.restart();
      await callEach(callbacks, "save", state, "epoch");
    }
    await callEach(callbacks, "fitEnd", state);
    return state;
  } finally {
    step.free();
    results.free();
    state.averages?.free();
  }
}

/** Records the step, and tries a validation. Most kernels are compiled meanwhile. */
async function prepare(run: Fit): Promise<void> {
  const { device, step, batchSizes, resume, progress = noProgress } = run;
  using shown = progress("compiling kernels");
  using _ = watchCompiling(device, shown.at);
  await withChoicesOfFirst(run, () => step.prepare(batchSizes));
  if (!resume) await sanityCheck(run);
}

function begin(device: Device, options: FitOptions): Fit {
  const { model, optimizer, classes, maxEpochs, ema: averaging, ranks } = options;
  const batchesPerEpoch = options.train(0, 0).length;
  const { values, statistics } = model.parameters;
  const averages = averaging && ema([values, statistics]);
  const own = stepResults(device, classes.length, batchesPerEpoch);
  const parallel = ranks && ranks.size > 1 ? dataParallel({ ...options, ranks, results: own }) : undefined;
  const results = parallel?.results ?? own;
  const step = trainStep(device, {
    ...options,
    results,
    parallel,
    ema: averaging && { ...averaging, averages: averages! },
  });
  const state: RunState = {
    model,
    optimizer,
    classes,
    maxEpochs,
    batchesPerEpoch,
    averages,
    log: options.log ?? new RunLog(),
    evaluated: "weights",
    epoch: 0,
    batch: 0,
    validatedAt: 0,
    step: 0,
    history: [],
    outputs: undefined,
    calibration: undefined,
    best: undefined,
    last: undefined,
    stop: undefined,
    memory: device.pool.stats(),
    snapshot: () => encodeSnapshot(run),
  };
  const callbacks = options.callbacks.filter(({ everyRank }) => everyRank || (ranks?.rank ?? 0) === 0);
  const run: Fit = { ...options, callbacks, device, state, step, results, parallel };
  return run;
}

/** Trains for one epoch, or the rest of it: the batch loop. */
async function trainEpoch(run: Fit): Promise<void> {
  const { state, step, callbacks, validateEvery = Infinity } = run;
  const { epoch, batchesPerEpoch } = state;
  const batches = run.train(epoch, state.batch);
  state.drawn = batches.drawn;
  const started = performance.now(), firstBatch = state.batch;
  const pace = (steps: readonly Tally[]) => paceOf(steps.slice(firstBatch), batches, started);
  let lr = state.batch > 0 ? rate(run, state.batch - 1) : NaN, valid: Tally | undefined;
  const log = (steps: readonly Tally[]) =>
    callEach(callbacks, "stepLogged", state, {
      epoch,
      step: state.step,
      lr,
      tally: steps.at(-1)!,
      ...pace(steps),
    });
  for await (const batch of batches) {
    if (isStopping(run) && step.isWhole) break;
    if (state.batch >= state.validatedAt + validateEvery && step.isWhole) valid = await validate(run, false);
    lr = rate(run, state.batch);
    await step.run(batch, lr, state.batch === batchesPerEpoch - 1);
    state.batch++;
    if (!step.isWhole) continue;
    state.step = step.step;
    const isLast = state.batch === batchesPerEpoch;
    if (!isLast && state.step % run.logEvery === 0) await log(await readSteps(run));
    await callEach(callbacks, "stepEnd", state);
    if (isLast) break;
  }
  const steps = await readSteps(run);
  const trained = { epoch, step: state.step, lr, train: sum(steps), ...pace(steps) };
  if (isStopping(run)) await interrupt(run);
  if (logsLastStep(run)) await log(steps);
  valid = await validate(run, true) ?? valid;
  state.history.push({ ...trained, valid } satisfies EpochRecord);
  state.memory = run.device.pool.stats();
  await callEach(callbacks, "epochEnd", state);
  if (run.ranks) state.stop = await fromFirst(run.ranks, state.stop);
}

/** Whether an epoch's last step is logged: when it is its turn, or when the epoch is shorter than the interval. */
function logsLastStep({ logEvery, accumulate = 1, state: { step, batchesPerEpoch } }: Fit): boolean {
  return step % logEvery === 0 || Math.ceil(batchesPerEpoch / accumulate) < logEvery;
}

/** The training speed since `started`. */
function paceOf(steps: readonly Tally[], { waitedMs }: EpochBatches, started: number): Pace {
  const seconds = (performance.now() - started) / 1000;
  const rows = steps.reduce((total, step) => total + step.rows, 0);
  return { seconds, imagesPerSecond: rows / seconds, dataWait: waitedMs / 1000 / seconds };
}

/** The learning rate of the step that a batch of the epoch belongs to. */
function rate(
  { schedule, perStep, accumulate = 1, state: { epoch, batchesPerEpoch, history } }: Fit,
  batch: number,
): number {
  const first = batch - batch % accumulate;
  return schedule({
    epoch: perStep ? epoch + first / batchesPerEpoch : epoch,
    history: (metric) => history.map((record) => recordedValue(metric, record)),
  });
}

/** Evaluates the validation split, if there is one. */
async function validate(run: Fit, isEpochEnd: boolean): Promise<Tally | undefined> {
  const { valid, evaluator, callbacks, state, parallel, progress = noProgress } = run;
  if (!valid) return undefined;
  if (!isEpochEnd) await readSteps(run); // never save a diverged run
  await parallel?.copyFromFirst([state.model.parameters.statistics, ...averagedStatistics(state)]); // GPU sync point
  await callEach(callbacks, "evaluationStart", state);
  const batches = valid(), started = () => progress("validating batches", batches.length);
  const { tally, outputs } = await evaluator.run("valid", counting(until(run, batches), started));
  await callEach(callbacks, "evaluationEnd", state);
  if (isStopping(run)) await interrupt(run);
  state.validatedAt = state.batch;
  state.outputs = outputs;
  await callEach(callbacks, "validated", state, { epoch: state.epoch, step: state.step, tally, isEpochEnd });
  if (!isEpochEnd) await callEach(callbacks, "save", state, "validation");
  return tally;
}

/** Evaluates a few batches before the first epoch, so that a broken validation fails immediately; leaves no trace. */
async function sanityCheck(run: Fit): Promise<void> {
  const { valid, evaluator, sanitySteps } = run;
  if (valid && sanitySteps > 0) await evaluator.run("valid", take(until(run, valid()), sanitySteps));
}

async function* take(batches: AsyncIterable<TrainBatch>, count: number): AsyncGenerator<TrainBatch> {
  for await (const batch of batches) {
    yield batch;
    if (--count === 0) return;
  }
}

/** Yields batches until the run is asked to stop. */
async function* until(run: Fit, batches: AsyncIterable<TrainBatch>): AsyncGenerator<TrainBatch> {
  for await (const batch of batches) {
    if (run.parallel ? await run.parallel.agree() : run.signal.aborted) return;
    yield batch;
  }
}

/** Whether the run should end between two steps. */
function isStopping({ parallel, signal }: Fit): boolean {
  return parallel?.isStopping ?? signal.aborted;
}

/** Lets the callbacks save the run, and ends it; all ranks end once it is saved. */
async function interrupt({ callbacks, state, ranks }: Fit): Promise<never> {
  await callEach(callbacks, "save", state, "interrupted");
  await ranks?.barrier();
  throw interruption(state);
}
