/** A run: what it is made of, what it is while it is under way, and what a checkpoint keeps of it. */
import type { Device } from "../core/device.ts";
import type { DrawnEpoch } from "../data/sampler.ts";
import type { Step } from "../data/transforms/transform.ts";
import type { StoredTensor } from "../formats/safetensors.ts";
import type { Schedule } from "../optim/schedules/mod.ts";
import type { TrainBatch } from "./batch.ts";
import type { Callback } from "./callback.ts";
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
  /** What the epoch holds of each class. */
  readonly drawn?: DrawnEpoch;
}

/** What is trained, on what, and how. */
export interface FitOptions extends Omit<StepParts, "results" | "ema"> {
  readonly classes: readonly string[];
  /** Keeps moving averages of the weights; a callback puts them in force. */
  readonly ema?: { readonly decay: number; readonly warmupSteps: number } | undefined;
  /** The learning rate by epoch; `perStep` asks for it at fractions of an epoch too. */
  readonly schedule: Schedule;
  readonly perStep: boolean;
  /** The batches of an epoch from its `from`-th on; `length` counts the whole epoch's. */
  readonly train: (epoch: number, from: number) => EpochBatches;
  /** Absent where there is no validation split. */
  readonly valid: (() => EpochBatches) | undefined;
  readonly evaluator: Evaluator;
  /** The transforms of evaluation, which checkpoints keep for those who use the model elsewhere. */
  readonly evalTransforms?: readonly Step[] | undefined;
  readonly batchSizes: readonly number[];
  readonly maxEpochs: number;
  readonly logEvery: number;
  /** Batches between two validations, of which an epoch's end is always one; by default only that. */
  readonly validateEvery?: number | undefined;
  readonly sanitySteps: number;
  readonly callbacks: readonly Callback[];
  /** Where callbacks write what loggers are to have; by default it goes nowhere. */
  readonly log?: RunLog;
  /** Aborted when the run is to stop. */
  readonly signal: AbortSignal;
  /** What checkpoints say of the run besides its state. */
  readonly about?: ReadonlyMap<string, string> | undefined;
  /** Where to go on. */
  readonly resume?: Snapshot | undefined;
}

/** A run under way. */
export interface Fit extends FitOptions {
  readonly device: Device;
  readonly state: RunState;
  readonly step: TrainStep;
  readonly results: StepResults;
}

/** How far a run has come, beside its tensors. */
export interface Progress {
  /** The position of the sampler: batches of the epoch that are done. */
  readonly epoch: number;
  readonly batch: number;
  readonly batchesPerEpoch: number;
  readonly validatedAt: number;
  readonly step: number;
  /** Batches that the batch norms have counted. */
  readonly batches: number;
  readonly history: readonly EpochRecord[];
  readonly best?: SavedCheckpoint;
  readonly last?: SavedCheckpoint;
  readonly stop?: string;
  /** States of callbacks by name. */
  readonly callbacks: Readonly<Record<string, unknown>>;
  /** Kernels that were chosen: another choice might add in another order. */
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
