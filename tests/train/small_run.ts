/** A model and data small enough to train within a second or two, for the tests of the train room. */
import { rng } from "../../src/base/rng.ts";
import { type Device, openDevice } from "../../src/core/device.ts";
import { INPUT } from "../../src/nn/layers/layer.ts";
import { chain, type Chained, type Layer } from "../../src/nn/layers/mod.ts";
import type { Loss } from "../../src/nn/losses/loss.ts";
import { makeLoss } from "../../src/nn/losses/mod.ts";
import type { Precision } from "../../src/nn/parameters.ts";
import { buildModel, type Model, type Stage } from "../../src/nn/model.ts";
import { createModel } from "../../src/nn/models/mod.ts";
import { type ChosenOptimizer, makeOptimizer } from "../../src/optim/optimizers/mod.ts";
import type { FlatParameters } from "../../src/optim/optimizers/optimizer.ts";
import { evaluator } from "../../src/train/evaluate.ts";
import { type HostBatch, hostBatch } from "../../src/train/batch.ts";
import type { EpochBatches, FitOptions } from "../../src/train/run.ts";

export const classes = ["0", "1", "2"];
export const imageSize = 16;

/** What tests train with, where another optimiser would do. */
export const adamw = {
  name: "adamw",
  lr: 1e-3,
  betas: [.9, .999],
  eps: 1e-8,
  weight_decay: 1e-4,
  decay_norm_and_bias: true,
} as const satisfies ChosenOptimizer;

let opened: Promise<Device> | undefined;

/** This file's device; it is closed after the file's last test. */
export function testDevice(): Promise<Device> {
  return opened ??= openDevice(navigator.gpu);
}

Deno.test.afterAll(async () => (await opened)?.close());

/** A batch whose images are noise around a level that tells the class. */
export function randomBatch(count: number, ...path: (string | number)[]): HostBatch {
  return sizedBatch(imageSize, count, ...path);
}

/** The same with images of another size. */
export function sizedBatch(size: number, count: number, ...path: (string | number)[]): HostBatch {
  const stream = rng(7, "batch", ...path);
  const labels = Uint32Array.from({ length: count }, (_, i) => i % classes.length);
  const pixels = size * size;
  const images = Float32Array.from({ length: count * pixels * 4 }, (_, i) => {
    const label = labels[Math.floor(i / (4 * pixels))];
    return i % 4 === 3 ? 0 : label - 1 + .5 * stream.normal();
  });
  return hostBatch(images, labels);
}

/** Batches on the host, for an epoch. */
export interface HostBatches extends EpochBatches {
  [Symbol.asyncIterator](): AsyncIterator<HostBatch>;
}

/** Batches of these sizes, the same in every epoch. */
export function epochBatches(sizes: readonly number[], ...path: (string | number)[]): HostBatches {
  return {
    length: sizes.length,
    waitedMs: 0,
    async *[Symbol.asyncIterator]() {
      for (const [i, size] of sizes.entries()) yield await Promise.resolve(randomBatch(size, ...path, i));
    },
  };
}

/** Cross-entropy over the classes, which all weigh the same. */
export function crossEntropyLoss(device: Device, smoothing: number): Loss {
  const chosen = { name: "cross_entropy", label_smoothing: smoothing } as const;
  return makeLoss(chosen, { device, classes: classes.length });
}

/** Parts of a run over 3 epochs of 3 batches; a test changes what it is about. */
export function fitOptions(device: Device, model: Model, changes: Partial<FitOptions> = {}): FitOptions {
  const loss = crossEntropyLoss(device, .1);
  return {
    model,
    classes,
    loss,
    optimizer: makeOptimizer(adamw, model.parameters),
    schedule: () => 1e-3,
    perStep: false,
    train: (epoch) => epochBatches([6, 6, 3], "train", epoch),
    valid: () => epochBatches([4, 3], "valid"),
    evaluator: evaluator(device, { model, loss, imageSize, batchSize: 4, batches: 2 }),
    imageSize,
    batchSizes: [6, 3],
    maxEpochs: 3,
    maxNorm: 1,
    logEvery: 2,
    sanitySteps: 1,
    replay: true,
    tuneKernels: false,
    callbacks: [],
    signal: new AbortController().signal,
    ...changes,
  };
}

/** A ResNet-18 for the three classes. */
export function smallModel(device: Device, seed = 1, precision: Precision = "32-true"): Model {
  return createModel(device, "resnet18", { classes: classes.length, seed, precision });
}

/**
 * The first half of a ResNet-18, a block to a stage: a fortieth of the parameters and no kernel of its own to compile,
 * for what is true of any model.
 */
export function slimModel(device: Device, seed = 1, precision: Precision = "32-true"): Model {
  const network = { name: "slim", classes: classes.length, stages: slimStages(classes.length) };
  return buildModel(device, network, { seed, precision });
}

/** Its layers: stem, a block with its input as the shortcut, one with a convolution, and the head. */
export function slimStages(classes: number): Stage[] {
  const sum = (name: string, inputs: string[]): Layer[] => [
    { kind: "add", name: `${name}.add`, inputs },
    { kind: "relu", name: `${name}.relu`, inputs: [`${name}.add`] },
  ];
  return [
    chain(INPUT, [
      ...convNorm("stem", 3, 64, 7, 2),
      { kind: "relu", name: "stem.relu" },
      { kind: "max_pool", name: "pool", kernel: 3, stride: 2, padding: 1 },
    ]),
    [...chain("pool", convNorm("first", 64, 64, 3)), ...sum("first", ["first.bn", "pool"])],
    [
      ...chain("first.relu", [...convNorm("down", 64, 128, 3, 2), { kind: "relu", name: "down.relu" }]),
      ...chain("first.relu", convNorm("shortcut", 64, 128, 1, 2)),
      ...chain("down.relu", convNorm("last", 128, 128, 3)),
      ...sum("last", ["last.bn", "shortcut.bn"]),
    ],
    chain("last.relu", [
      { kind: "global_avg_pool", name: "mean" },
      { kind: "linear", name: "fc", from: 128, to: classes },
    ]),
  ];
}

/** What an optimiser of a model gets. */
export function hiddenOf({ parameters, head }: Model): FlatParameters {
  const { values, halves, trained, decayed, statistics } = parameters;
  const matrices = parameters.hiddenMatrices(head.parameters);
  return { values, halves, trained, decayed, statistics, matrices };
}

function convNorm(name: string, from: number, to: number, kernel: number, stride = 1): Chained[] {
  return [
    { kind: "conv", name: `${name}.conv`, from, to, kernel, stride, padding: (kernel - 1) / 2 },
    { kind: "batch_norm", name: `${name}.bn`, channels: to },
  ];
}
