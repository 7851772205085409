/** A run: its options, its state while it is in progress, and what a checkpoint keeps of it. */
import type { StartProgress } from "../base/progress.ts";
import type { Ranks } from "../base/ranks.ts";
import type { Device } from "../core/device.ts";
import type { DrawnEpoch } from "../data/sampler.ts";
import type { Step } from "../data/transforms/transform.ts";
import type { StoredTensor } from "../formats/safetensors.ts";
import type { Schedule } from "../optim/schedules/mod.ts";
import type { TrainBatch } from "./batch.ts";
import type { Callback } from "./callback.ts";
import type { DataParallel, DataParallelOptions } from "./data_parallel.ts";
import type { Evaluator } from "./evaluate.ts";
import type { RunLog } from "./log.ts";
import type { StepResults } from "./step_results.ts";
import type { EpochRecord, RunState, SavedCheckpoint } from "./run_state.ts";
import type { StepParts, TrainStep } from "./step.ts";

/** The batches of one epoch. */
export interface EpochBatches extends AsyncIterable<TrainBatch> {
  readonly length: number;
  /** Milliseconds that the trainer has waited for batches so far. */
  readonly waitedMs: number;
  /** The classes drawn in the epoch. */
  readonly drawn?: DrawnEpoch;
}

/** What is trained, on what, and how. */
export interface FitOptions extends Omit<StepParts, "results" | "ema" | "parallel"> {
  readonly classes: readonly string[];
  /** Maintains moving averages of the weights; a callback uses them. */
  readonly ema?: { readonly decay: number; readonly warmupSteps: number } | undefined;
  /** The learning rate by epoch; with `perStep` also at fractions of an epoch. */
  readonly schedule: Schedule;
  readonly perStep: boolean;
  /** The batches of an epoch from its `from`-th on; `length` counts those of the whole epoch. */
  readonly train: (epoch: number, from: number) => EpochBatches;
  /** Absent without a validation split. */
  readonly valid: (() => EpochBatches) | undefined;
  readonly evaluator: Evaluator;
  /** The transforms of evaluation, which checkpoints record for users of the model outside wgrad. */
  readonly evalTransforms?: readonly Step[] | undefined;
  readonly batchSizes: readonly number[];
  readonly maxEpochs: number;
  readonly logEvery: number;
  /**
   * Batches between validations, in addition to the one at the end of each epoch; by default there is only that one.
   */
  readonly validateEvery?: number | undefined;
  readonly sanitySteps: number;
  readonly callbacks: readonly Callback[];
  /** Where callbacks write what loggers should get; by default nowhere. */
  readonly log?: RunLog;
  /** Shows how far what takes long is; by default nowhere. */
  readonly progress?: StartProgress;
  /** Aborted when the run should stop. */
  readonly signal: AbortSignal;
  /** Facts about the run for checkpoints, besides its state. */
  readonly about?: ReadonlyMap<string, string> | undefined;
  /** Where to resume. */
  readonly resume?: Snapshot | undefined;
  /** The processes that train the model together, each on its share of the batches; by default there are no others. */
  readonly ranks?: Ranks | undefined;
  /** Whether batch norms normalise by the rows of all ranks, not only by their own; false by default. */
  readonly syncBatchNorm?: boolean | undefined;
  /** Mebibytes of gradients that ranks sum at a time; 25 by default. */
  readonly bucketCapMb?: number | undefined;
  /** How gradients go over the wire; by default as they are. */
  readonly commHook?: DataParallelOptions["commHook"];
}

/** A run in progress. */
export interface Fit extends FitOptions {
  readonly device: Device;
  readonly state: RunState;
  readonly step: TrainStep;
  readonly results: StepResults;
  readonly parallel: DataParallel | undefined;
}

/** The progress of a run, without its tensors. */
export interface Progress {
  /** The position of the sampler: completed batches of the epoch. */
  readonly epoch: number;
  readonly batch: number;
  readonly batchesPerEpoch: number;
  readonly validatedAt: number;
  readonly step: number;
  /** Batches counted by the batch norms. */
  readonly batches: number;
  readonly history: readonly EpochRecord[];
  readonly best?: SavedCheckpoint;
  readonly last?: SavedCheckpoint;
  readonly stop?: string;
  /** States of callbacks by name. */
  readonly callbacks: Readonly<Record<string, unknown>>;
  /** The chosen kernels: another choice might add in another order. */
  readonly choices: readonly (readonly [string, string])[];
}

/** A checkpoint that was read. */
export interface Snapshot {
  /** For messages. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly progress: Progress;
}
