/**
 * The cost of the trainer and its callbacks on top of the engine's own step: the same steps, in turn, with and
 * without.
 */
import { IMAGENET } from "../src/data/types.ts";
import { noLine, noProgress } from "../src/base/progress.ts";
import type { Device } from "../src/core/device.ts";
import { elapsed } from "../src/core/elapsed.ts";
import { makeLoss } from "../src/nn/losses/mod.ts";
import { createModel } from "../src/nn/models/mod.ts";
import { makeOptimizer } from "../src/optim/optimizers/mod.ts";
import { checkpointStore } from "../src/setup/checkpoint_store.ts";
import { logFiles } from "../src/setup/open_log.ts";
import type { HostBatch } from "../src/train/batch.ts";
import type { Callback } from "../src/train/callback.ts";
import { callbacks, makeCallbacks } from "../src/train/callbacks/mod.ts";
import type { ChosenPlugins } from "../src/base/plugin.ts";
import type { CallbackContext } from "../src/train/callbacks/plugin.ts";
import { evaluator } from "../src/train/evaluate.ts";
import { RunLog } from "../src/train/log.ts";
import { makeLoggers } from "../src/train/loggers/mod.ts";
import type { EpochBatches } from "../src/train/run.ts";
import { fit } from "../src/train/trainer.ts";
import type { Column } from "./report.ts";
import type { Session } from "./session.ts";
import { median } from "./timing.ts";
import { noiseBatch, OPTIMIZER, startTraining, type TrainingPlan } from "./training.ts";

/** Steps of an epoch; in a quick run of one round, which has one epoch. */
const STEPS = 20, QUICK_STEPS = 2;
/** Interval of logged steps; batches of a validation. */
const LOG_EVERY = 10, VALIDATED = 2;

/** As many as the jersey numbers: with ImageNet's, drawing a matrix would not be representative. */
const CLASSES = 42;

/**
 * Averages are the engine's own work, an export is of another model, and a report reads the folder of a whole run.
 */
const LEFT_OUT = ["ema", "onnx_export", "report"];

const COLUMNS: readonly Column[] = [
  { key: "engine_ms", head: "ms per step alone", width: 16 },
  { key: "trainer_ms", head: "in the trainer", width: 15 },
  { key: "percent", head: "% more", width: 8 },
  { key: "end_ms", head: "ms at an epoch's end", width: 21 },
];

/** Times steps of the engine, and the same steps in the trainer with all callbacks and the loggers' files. */
export async function benchTrainer(session: Session, device: Device, given: TrainingPlan): Promise<void> {
  const plan = { ...given, classes: CLASSES };
  const { host, patience, report } = session;
  const { size: imageSize, batch: count, precision } = plan;
  const isQuick = patience.rounds === 1, steps = isQuick ? QUICK_STEPS : STEPS;
  const names = Array.from({ length: plan.classes }, (_, i) => String(i));
  const alone = await startTraining(device, plan, session.options.choices);
  const engine: number[] = [], trainer: number[] = [], ends: number[] = [];
  const ended = { at: 0 };
  /** Before all other callbacks: the loop's own time is known here. */
  const first: Callback = {
    name: "first",
    epochEnd({ history }) {
      trainer.push(1000 * history.at(-1)!.seconds / steps);
      ended.at = performance.now();
    },
  };
  /** After all other callbacks: the engine's turn. */
  const last: Callback = {
    name: "last",
    async save() {
      ends.push(performance.now() - ended.at);
      engine.push(await elapsed(device, () => alone.run(steps)) / steps);
      await alone.losses();
    },
  };
  const folder = host.cacheFolder("bench/run");
  const model = createModel(device, plan.model, { classes: plan.classes, seed: 42, precision });
  const { classes } = plan;
  const loss = makeLoss({ name: "cross_entropy", label_smoothing: 0 }, { device, classes });
  const batch = noiseBatch(plan);
  const log = new RunLog(makeLoggers({}, {
    folder,
    experiment: "bench",
    kept: { experiment: "bench", logging: {} },
    resolve: (values) => values,
    files: (folder) => logFiles(host, folder),
    lock: () => Promise.reject(new TypeError("Cannot lock because a benchmark logs nothing")),
    env: () => undefined,
    now: () => new Date(),
    report: () => {},
  }));
  const evaluation = evaluator(device, { model, loss, imageSize, batchSize: count, batches: VALIDATED });
  await fit(device, {
    model,
    classes: names,
    loss,
    optimizer: makeOptimizer(OPTIMIZER, model.parameters),
    schedule: () => OPTIMIZER.lr,
    perStep: true,
    train: () => repeated(batch, steps),
    valid: () => repeated(batch, VALIDATED),
    evaluator: evaluation,
    imageSize,
    batchSizes: [count],
    maxEpochs: isQuick ? 1 : 1 + patience.rounds, // the first compiles the code that the callbacks draw with
    maxNorm: null,
    logEvery: LOG_EVERY,
    sanitySteps: 0,
    replay: true,
    tuneKernels: false,
    callbacks: [first, ...makeCallbacks(allOptions(), contextOf(session, folder, plan)), last],
    log,
    signal: host.signal,
  });
  const [engine_ms, trainer_ms, end_ms] = [engine, trainer, ends]
    .map((times) => median(times.slice(-patience.rounds)));
  report.table(
    `its trainer, ${steps} steps per epoch, ${CLASSES} classes, all callbacks except ${LEFT_OUT.join(", ")}`,
    COLUMNS,
  )({
    engine_ms,
    trainer_ms,
    percent: 100 * (trainer_ms / engine_ms - 1),
    end_ms,
  });
}

function repeated(batch: HostBatch, length: number): EpochBatches {
  return {
    length,
    waitedMs: 0,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < length; i++) yield await Promise.resolve(batch);
    },
  };
}

/** Every callback with its default options. */
function allOptions(): ChosenPlugins {
  const chosen = Object.entries(callbacks).filter(([name]) => !LEFT_OUT.includes(name));
  return Object.fromEntries(chosen.map(([name, { options }]) => [name, options.parse({})]));
}

function contextOf({ host }: Session, folder: string, plan: TrainingPlan): CallbackContext {
  const { size: width, size: height, classes } = plan;
  const quiet = { columns: () => 100, print: () => {}, live: () => noLine };
  return {
    folder,
    imageSize: width,
    normalization: IMAGENET,
    checkpoints: checkpointStore(host, { run: folder, folder: `${folder}/checkpoints`, isResumed: true }),
    scheduleInterval: "step",
    samples: [{ name: "train", counts: new Array(classes).fill(plan.batch) }],
    validates: false,
    picture: () => ({ width, height, data: new Uint8Array(width * height * 3).fill(128) }),
    plotting: host.plotting,
    report: {
      files: {
        folder,
        text: () => Promise.resolve(undefined),
        bytes: () => Promise.resolve(undefined),
        list: () => Promise.resolve([]),
      },
      encodeJpeg: host.encodeJpeg,
      pathOf: (split, index) => `${split}/${index}.jpg`,
      now: () => new Date(),
    },
    write: host.writeAtomic,
    exportOnnx: () => Promise.resolve(),
    print: () => {},
    progress: noProgress,
    screen: quiet,
  };
}
