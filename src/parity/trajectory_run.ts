/** Runs a trajectory: the model, loss, clipping and optimiser of a training run, through its recorded step. */
import type { Device } from "../core/device.ts";
import { recordProgram } from "../core/program.ts";
import { persistent, type Tensor } from "../core/tensor.ts";
import { topClasses } from "../data/target.ts";
import type { Layer } from "../nn/layers/mod.ts";
import { imagesToEngine, imagesToTorch } from "../nn/layout.ts";
import { makeLoss } from "../nn/losses/mod.ts";
import type { Precision, StateTensor } from "../nn/parameters.ts";
import type { Model } from "../nn/model.ts";
import { createModel, type ModelName } from "../nn/models/mod.ts";
import { type ChosenOptimizer, makeOptimizer } from "../optim/optimizers/mod.ts";
import { stepResults } from "../train/step_results.ts";
import { type HostBatch, hostBatch } from "../train/batch.ts";
import { type TrainStep, trainStep } from "../train/step.ts";
import {
  classWeights,
  evalImages,
  type Role,
  startValues,
  stepImages,
  stepLabels,
  type TrajectorySizes,
} from "./formula.ts";

/** The parameters of a trajectory. */
export interface TrajectoryPlan extends TrajectorySizes {
  /** The options of the architecture besides its name: what is random is off. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly optimizer: ChosenOptimizer & { readonly lr: number };
  readonly clip_norm: number;
  readonly label_smoothing: number;
  readonly steps: readonly unknown[];
}

/** The results, in PyTorch's layouts. */
export interface TrajectoryRun {
  /** Labels of each step, from the formula. */
  readonly labels: number[][];
  readonly losses: readonly number[];
  /** The norm of all gradients before clipping, by step. */
  readonly norms: readonly number[];
  /** Of the first step: [batch, classes], and the gradients before clipping. */
  readonly logits: ArrayLike<number>;
  readonly gradients: ReadonlyMap<string, StateTensor>;
  /** Parameters and running statistics after the last step. */
  readonly final: ReadonlyMap<string, StateTensor>;
  /** With the running statistics, after the last step. */
  readonly evalLogits: ArrayLike<number>;
}

/** How a trajectory is run. */
export interface TrajectoryOptions {
  readonly precision: Precision;
  /** Sees all gradients of each step, before clipping. */
  readonly onGradients?: (step: number, gradients: ReadonlyMap<string, StateTensor>) => Promise<void>;
}

/** Runs all steps of a trajectory. */
export async function runTrajectory(
  device: Device,
  arch: ModelName,
  plan: TrajectoryPlan,
  { precision, onGradients }: TrajectoryOptions,
): Promise<TrajectoryRun> {
  const { classes, size, steps, options = {}, clip_norm: maxNorm } = plan;
  const model = createModel(device, { name: arch, options }, { classes, seed: 0, precision });
  const start = startState(model, plan.seed);
  model.parameters.load(start);
  const logits = await forward(device, model, plan, stepImages(plan, 0), true);
  model.parameters.load(start); // again, because the forward pass changed the running statistics
  const optimizer = makeOptimizer(plan.optimizer, model.parameters);
  const results = stepResults(device, classes, steps.length);
  const loss = makeLoss(
    { name: "cross_entropy", label_smoothing: plan.label_smoothing },
    { device, classes, classWeights: () => classWeights(plan) },
  );
  const parts = { model, loss, optimizer, results, imageSize: size, maxNorm, replay: true };
  const train = trainStep(device, parts);
  const norms: number[] = [], labels: number[][] = [];
  let first: ReadonlyMap<string, StateTensor> = new Map();
  for (let step = 0; step < steps.length; step++) {
    const batch = batchOf(plan, step), scale = await lossScaleOf(train);
    await train.run(batch, plan.optimizer.lr);
    labels.push([...topClasses(batch.target)]);
    norms.push((await train.clip.read())[0]); // GPU sync point
    if (step > 0 && onGradients === undefined) continue;
    const gradients = unscaled(await model.parameters.gradientState(), scale); // GPU sync point
    if (step === 0) first = gradients;
    await onGradients?.(step, gradients);
  }
  const losses = (await results.steps()).map(({ loss }) => loss);
  const final = await model.parameters.state();
  const evalLogits = await forward(device, model, plan, evalImages(plan), false);
  for (const part of [train, results, optimizer, model.parameters]) part.free();
  return { labels, losses, norms, logits, gradients: first, final, evalLogits };
}

/** What gradients in f16 are multiplied by. */
async function lossScaleOf({ decision }: TrainStep): Promise<number> {
  return decision.skips ? (await decision.read()).scale : 1; // GPU sync point
}

function unscaled(
  gradients: ReadonlyMap<string, StateTensor>,
  scale: number,
): ReadonlyMap<string, StateTensor> {
  for (const { values } of gradients.values()) values.forEach((value, i) => values[i] = value / scale);
  return gradients;
}

/** What may stand between the last norm of a block's path and its sum. */
const BEHIND_NORM: ReadonlySet<Layer["kind"]> = new Set(["stochastic_depth", "silu"]);

/** The batch norms with which the paths of blocks end, but for {@link BEHIND_NORM}; those of a ConvNeXt do not. */
export function lastNorms(layers: readonly Layer[]): ReadonlySet<string> {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const before = (name: string): string => {
    const { kind, inputs } = byName.get(name)!;
    return BEHIND_NORM.has(kind) ? before(inputs[0]) : name;
  };
  const ends = layers.filter(({ kind }) => kind === "add").map(({ inputs: [end] }) => before(end));
  return new Set(ends.filter((end) => byName.get(end)!.kind === "batch_norm"));
}

/** The initial values of every parameter and statistic, from the formula. */
export function startState({ parameters, layers, head }: Model, seed: string): Map<string, StateTensor> {
  const last = lastNorms(layers);
  const roleOf = (name: string): Role => {
    if (head.parameters.includes(name)) return "head";
    return last.has(name.slice(0, name.lastIndexOf("."))) ? "last norm of a block" : "other";
  };
  return new Map([...parameters.parameters, ...parameters.buffers].map(({ name, declaration }) => {
    const { torchShape: shape } = declaration;
    return [name, { shape, values: startValues(seed, name, shape, roleOf(name)) }];
  }));
}

function batchOf(plan: TrajectoryPlan, step: number): HostBatch {
  const { batch, size } = plan;
  const images = imagesToEngine([batch, 3, size, size], stepImages(plan, step));
  return hostBatch(images, stepLabels(plan, step));
}

/** The logits of images [batch, 3, size, size], from a separate program: [batch, classes]. */
async function forward(
  device: Device,
  model: Model,
  { batch, size, classes }: TrajectorySizes,
  images: Float32Array,
  training: boolean,
): Promise<ArrayLike<number>> {
  const input = persistent(device, [batch, size, size, 4], "f32", "parity images");
  input.write(imagesToEngine([batch, 3, size, size], images));
  let logits!: Tensor;
  const program = await recordProgram(device, () => [logits = model.forward(input, { training })]);
  program.run();
  const values = imagesToTorch([batch, classes, 1, 1], await logits.read()); // GPU sync point
  program.free();
  input.free();
  return values;
}
