/** The state shared by the trainer and its callbacks. */
import type { DrawnEpoch } from "../data/sampler.ts";
import type { EvaluatedSplit } from "../data/types.ts";
import type { Model } from "../nn/model.ts";
import type { Ema } from "../optim/ema.ts";
import type { Optimizer } from "../optim/optimizers/optimizer.ts";
import type { Calibration } from "./calibration.ts";
import type { RunLog } from "./log.ts";
import type { Tally } from "./step_results.ts";

/** The speed of an epoch's training, complete or so far. */
export interface Pace {
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Share of the time spent waiting for data, 0 .. 1. */
  readonly dataWait: number;
}

/** One completed epoch; epochs count from 0. */
export interface EpochRecord extends Pace {
  readonly epoch: number;
  /** Optimiser steps since the start of the run. */
  readonly step: number;
  /** The learning rate of the epoch's last step. */
  readonly lr: number;
  readonly train: Tally;
  /** Of the last validation; absent if there was none. */
  readonly valid: Tally | undefined;
}

/** One validation. */
export interface ValidationRecord {
  readonly epoch: number;
  readonly step: number;
  readonly tally: Tally;
  /** False for a mid-epoch validation. */
  readonly isEpochEnd: boolean;
}

/** Buffers of the device: the number in use, and the peak number of bytes. */
export interface MemoryRecord {
  readonly live: number;
  readonly peakBytes: number;
}

/** A checkpoint that was written. */
export interface SavedCheckpoint {
  readonly path: string;
  readonly epoch: number;
  readonly step: number;
  /** The value by which it was chosen, such as validation top-1, 0 .. 1; NaN if there was none. */
  readonly value: number;
}

/** The model's outputs for each sample of a split; rows are samples. */
export interface Outputs {
  readonly split: EvaluatedSplit;
  /** [N, classes], row-major. */
  readonly logits: Float32Array;
  /** [N], class indices; for a mixed target the class with the larger share. */
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
  /** Where callbacks write what loggers should get. */
  readonly log: RunLog;
  /** Batches in an epoch. */
  readonly batchesPerEpoch: number;
  /** Moving averages of parameters and running statistics, if the run maintains them. */
  readonly averages: Ema | undefined;
  /** What validations use; set by the callback that applies averages. */
  evaluated: "weights" | "averages";
  /** The current epoch, from 0. */
  epoch: number;
  /** Batches of it that have been trained on. */
  batch: number;
  /** The position of the last validation in the epoch, in batches; 0 before the first. */
  validatedAt: number;
  /** Optimiser steps so far. */
  step: number;
  readonly history: EpochRecord[];
  /** Of the last validation; undefined before the first, and without a validation split. */
  outputs: Outputs | undefined;
  /** What that validation says of confidences; set by the callback that calibrates. */
  calibration: Calibration | undefined;
  /** Set by the callback that writes checkpoints. */
  best: SavedCheckpoint | undefined;
  last: SavedCheckpoint | undefined;
  /** Why the run should end after the current epoch; set by a callback. */
  stop: string | undefined;
  memory: MemoryRecord;
  /** The classes drawn in the current or just completed epoch; absent if the batches do not report them. */
  drawn?: DrawnEpoch | undefined;
  /** The whole run at this moment as the bytes of a checkpoint, from which it can be resumed. Waits for the GPU. */
  snapshot(): Promise<Uint8Array>;
}
