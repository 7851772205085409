/** The demo's data and training: jersey numbers drawn in the page, and a ResNet-18 that learns to read them. */
import {
  batches,
  createModel,
  type Device,
  DivergedError,
  drawJersey,
  type HostBatch,
  hostBatch,
  inMemory,
  makeLoss,
  makeOptimizer,
  makeSchedule,
  type Picture,
  pipeline,
  renderBatch,
  rng,
  type Sample,
  shuffledOrder,
  stepResults,
  type Tally,
  trainStep,
} from "../../mod.ts";

const NUMBERS = ["0", "3", "7", "10", "23"];
const SEED = 42, COUNT = 320, SIZE = 32, BATCH = 32, DIFFICULTY = 0.5;
/** Steps between two reads of the results, each of which waits for the GPU. */
const LOOK_EVERY = 2;

/** The training data; `pictures[i]` belongs to `samples[i]`. */
export interface DemoData {
  readonly samples: readonly Sample[];
  readonly pictures: readonly Picture[];
}

/** Draws the crops, the same on each visit. */
export function drawData(): DemoData {
  const samples = Array.from({ length: COUNT }, (_, i) => ({ path: `crop ${i}`, label: i % NUMBERS.length }));
  const pictures = samples.map(({ label }, i) =>
    drawJersey(NUMBERS[label], rng(SEED, "demo", i), SIZE, DIFFICULTY)
  );
  return { samples, pictures };
}

/** The progress of training shown by the page. */
export interface Progress {
  /** The results of each step so far. */
  readonly steps: readonly Tally[];
  readonly imagesPerSecond: number;
}

/**
 * Trains a fresh model for `count` steps, and yields every few of them.
 * @throws DivergedError if a loss is not finite, GpuError if the GPU fails
 */
export async function* train(device: Device, data: DemoData, count: number): AsyncGenerator<Progress> {
  const classes = NUMBERS.length;
  const model = createModel(device, "resnet18", { classes, seed: SEED });
  const results = stepResults(device, classes, count);
  const optimizer = makeOptimizer({ name: "adamw", decay_norm_and_bias: false }, model.parameters);
  const loss = makeLoss({ name: "cross_entropy", label_smoothing: 0 }, { device, classes });
  const step = trainStep(device, {
    model,
    loss,
    optimizer,
    results,
    imageSize: SIZE,
    maxNorm: 1,
    replay: true,
  });
  // A step counts as an epoch here.
  const rate = makeSchedule({ name: "warmup_cosine", warmup_epochs: 4 }, {
    lr: 1e-3,
    total: Math.max(count, 5),
  });
  try {
    await step.prepare([BATCH]);
    const started = performance.now();
    for await (const batch of take(endless(data), count)) {
      await step.run(batch, rate({ epoch: step.step }));
      if (step.step % LOOK_EVERY !== 0 && step.step !== count) continue;
      const steps = await results.steps(); // GPU sync point
      const bad = steps.findIndex((tally) => !Number.isFinite(tally.loss));
      if (bad >= 0) {
        throw new DivergedError(
          `Cannot continue training because the loss of step ${bad + 1} is ${steps[bad].loss}`,
        );
      }
      yield { steps, imagesPerSecond: step.step * BATCH / (performance.now() - started) * 1000 };
    }
  } finally {
    step.free();
    results.free();
    optimizer.free();
    model.parameters.free();
  }
}

/** Batches of one epoch after another. */
async function* endless({ samples, pictures }: DemoData): AsyncGenerator<HostBatch> {
  const prepare = pipeline([{ normalize: {} }], { imageSize: SIZE, purpose: "train" });
  for (let epoch = 0;; epoch++) {
    const order = shuffledOrder(samples.length, SEED, epoch);
    const drawn = batches({
      samples,
      pictures: inMemory(pictures),
      order,
      batchSize: BATCH,
      dropLast: true,
      pipeline: prepare,
      seed: SEED,
      epoch,
    });
    for await (const batch of drawn) yield hostBatch(renderBatch(batch, prepare), batch.target);
  }
}

async function* take<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let taken = 0;
  for await (const item of items) {
    yield item;
    if (++taken === count) return;
  }
}
