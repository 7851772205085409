/** What the trainer and its callbacks share. */
import type { DrawnEpoch } from "../data/sampler.ts";
import type { EvaluatedSplit } from "../data/types.ts";
import type { Model } from "../nn/model.ts";
import type { Ema } from "../optim/ema.ts";
import type { Optimizer } from "../optim/optimizers/optimizer.ts";
import type { RunLog } from "./log.ts";
import type { Tally } from "./step_results.ts";

/** How fast the training part of an epoch went, or goes so far. */
export interface Pace {
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Share of the time that went by waiting for data, 0 .. 1. */
  readonly dataWait: number;
}

/** One finished epoch; epochs count from 0. */
export interface EpochRecord extends Pace {
  readonly epoch: number;
  /** Steps of the optimiser since the start of the run. */
  readonly step: number;
  /** The learning rate of the epoch's last step. */
  readonly lr: number;
  readonly train: Tally;
  /** The last validation's; absent where there was none. */
  readonly valid: Tally | undefined;
}

/** One validation. */
export interface ValidationRecord {
  readonly epoch: number;
  readonly step: number;
  readonly tally: Tally;
  /** False for a validation in mid-epoch. */
  readonly isEpochEnd: boolean;
}

/** Buffers of the device: handed out now, and the most bytes that ever existed. */
export interface MemoryRecord {
  readonly live: number;
  readonly peakBytes: number;
}

/** A checkpoint that was written. */
export interface SavedCheckpoint {
  readonly path: string;
  readonly epoch: number;
  readonly step: number;
  /** The value that it was chosen by, such as validation top-1, 0 .. 1; NaN where there was none. */
  readonly value: number;
}

/** What the model said of each sample of a split; rows are samples. */
export interface Outputs {
  readonly split: EvaluatedSplit;
  /** [N, classes], row-major. */
  readonly logits: Float32Array;
  /** [N], class indices; of a mixed target the class with the larger share. */
  readonly labels: Uint32Array;
  /** [N], positions in the split's samples. */
  readonly indices: Uint32Array;
}

/** The state of a run; the trainer writes it, callbacks read it. */
export interface RunState {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly classes: readonly string[];
  readonly maxEpochs: number;
  /** Where callbacks write what loggers are to have. */
  readonly log: RunLog;
  /** Batches of an epoch. */
  readonly batchesPerEpoch: number;
  /** Moving averages of parameters and running statistics, where the run keeps them. */
  readonly averages: Ema | undefined;
  /** What validations look at; set by the callback that puts averages in force. */
  evaluated: "weights" | "averages";
  /** Epoch under way, from 0. */
  epoch: number;
  /** Batches of it that were trained on. */
  batch: number;
  /** Where in the epoch the last validation was, in batches; 0 before the first. */
  validatedAt: number;
  /** Steps of the optimiser so far. */
  step: number;
  readonly history: EpochRecord[];
  /** Of the last validation; undefined before the first, and where there is no validation split. */
  outputs: Outputs | undefined;
  /** Set by the callback that writes checkpoints. */
  best: SavedCheckpoint | undefined;
  last: SavedCheckpoint | undefined;
  /** Why the run is to end after the epoch under way; set by a callback. */
  stop: string | undefined;
  memory: MemoryRecord;
  /** What was drawn of each class in the epoch under way or just run; absent where the batches do not say. */
  drawn?: DrawnEpoch | undefined;
  /** The whole run at this moment as the bytes of a checkpoint, from which it can be resumed. Waits for the GPU. */
  snapshot(): Promise<Uint8Array>;
}
