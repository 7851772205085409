/** A model with everything that trains it on one batch of noise, for timing complete steps. */
import { rng } from "../src/base/rng.ts";
import { DivergedError } from "../src/base/errors.ts";
import type { Device, Matmul } from "../src/core/device.ts";
import type { Program } from "../src/core/program.ts";
import { makeLoss } from "../src/nn/losses/mod.ts";
import type { Precision } from "../src/nn/parameters.ts";
import type { Model } from "../src/nn/model.ts";
import { createModel, type ModelName } from "../src/nn/models/mod.ts";
import { makeOptimizer } from "../src/optim/optimizers/mod.ts";
import type { Optimizer } from "../src/optim/optimizers/optimizer.ts";
import { type StepResults, stepResults } from "../src/train/step_results.ts";
import { type HostBatch, hostBatch } from "../src/train/batch.ts";
import { type TrainStep, trainStep } from "../src/train/step.ts";
import { dataParallel, type DataParallelOptions } from "../src/train/data_parallel.ts";
import { noise } from "./check.ts";
import type { Options } from "./options.ts";

/** What is trained, and on what. */
export interface TrainingPlan {
  readonly model: ModelName;
  /** The architecture's options; its defaults if there are none. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly size: number;
  readonly batch: number;
  readonly classes: number;
  readonly precision: Precision;
  /** How f32 is multiplied; the device must be opened with it. By default "f32". */
  readonly matmul?: Matmul | undefined;
}

/** "32-true", "32-true split" or "16-mixed". */
export function formatOf({ precision, matmul = "f32" }: TrainingPlan): string {
  return matmul === "f32" ? precision : `${precision} ${matmul}`;
}

/** The optimiser of every engine's step. */
export const OPTIMIZER = {
  name: "adamw",
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weight_decay: 1e-2,
  decay_norm_and_bias: false,
} as const;

/** Steps between two reads of the losses. */
const SLOTS = 4096;

/** A training in progress. */
export interface Training {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly step: TrainStep;
  /** Gradients and update. */
  readonly program: Program;
  readonly results: StepResults;
  readonly batch: HostBatch;
  /** Takes `times` steps; does not wait for the GPU. */
  run(times: number): Promise<void>;
  /** The loss of each step since the last call of `run`. @throws DivergedError if one is not finite */
  losses(): Promise<number[]>;
}

/** How a training takes part in one on several ranks. */
export type Shared = Pick<DataParallelOptions, "ranks" | "bucketCapMb" | "commHook">;

/** Starts training: initial values, one batch and the recorded step. */
export async function startTraining(
  device: Device,
  plan: TrainingPlan,
  choices: Options["choices"],
  shared?: Shared,
): Promise<Training> {
  const { size: imageSize, batch: count, classes, precision } = plan;
  const model = createModel(device, { name: plan.model, options: plan.options ?? {} }, {
    classes,
    seed: 42,
    precision,
  });
  const loss = makeLoss({ name: "cross_entropy", label_smoothing: 0 }, { device, classes });
  const optimizer = makeOptimizer(OPTIMIZER, model.parameters);
  const results = stepResults(device, classes, SLOTS);
  const tuneKernels = choices === "measured" && device.gpu.features.has("timestamp-query");
  const parts = { model, loss, optimizer, results, imageSize, maxNorm: null, tuneKernels, replay: true };
  const { signal } = new AbortController();
  const parallel = shared && dataParallel({ ...shared, loss, results, replay: true, signal });
  const step = trainStep(device, { ...parts, parallel });
  await step.prepare([count]);
  const batch = noiseBatch(plan);
  return {
    model,
    optimizer,
    step,
    program: inSequence(device, step.programs(count)),
    results,
    batch,
    async run(times) {
      results.restart();
      for (let time = 0; time < times; time++) await step.run(batch, OPTIMIZER.lr);
    },
    async losses() {
      const losses = (await results.steps()).map(({ loss }) => loss);
      if (losses.every(Number.isFinite)) return losses;
      throw new DivergedError(
        `Cannot time the step of ${plan.model} because its loss became ${losses.at(-1)}`,
      );
    },
  };
}

/** Combines programs into one that submits once. */
function inSequence(device: Device, programs: readonly Program[]): Program {
  const sum = (of: (program: Program) => number) => programs.reduce((total, one) => total + of(one), 0);
  const encode = () => programs.forEach((program) => program.encode());
  return {
    encode,
    run(times = 1) {
      for (let time = 0; time < times; time++) encode();
      device.flush();
    },
    async encodeInParts() {
      for (const program of programs) await program.encodeInParts();
    },
    async profile() {
      const times = [];
      for (const program of programs) times.push(...await program.profile()); // GPU sync point
      return times;
    },
    dispatches: sum(({ dispatches }) => dispatches),
    bytes: sum(({ bytes }) => bytes),
    free: () => programs.forEach((program) => program.free()),
  };
}

/** One batch: images of noise, RGB and zero, with random labels. */
export function noiseBatch({ size, batch, classes }: TrainingPlan): HostBatch {
  const images = noise(batch * size * size * 4, 0);
  for (let i = 3; i < images.length; i += 4) images[i] = 0;
  const random = rng(42, "bench", "labels");
  return hostBatch(images, Uint32Array.from({ length: batch }, () => random.integer(classes)));
}
