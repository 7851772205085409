/** What the trainer and its callbacks share. */
import type { DrawnEpoch } from "../data/sampler.ts";
import type { Model } from "../nn/resnet.ts";
import type { RunLog } from "./log.ts";
import type { Tally } from "./ring.ts";

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
  /** Training steps since the start of the run. */
  readonly step: number;
  /** The learning rate of the epoch's last step. */
  readonly lr: number;
  readonly train: Tally;
  /** Absent where there is no validation split. */
  readonly valid: Tally | undefined;
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
  /** The value that it was chosen by: validation top-1, 0 .. 1. */
  readonly value: number;
}

/** What the model said of each sample of a split; rows are samples. */
export interface Outputs {
  readonly split: "valid" | "test";
  /** [N, classes], row-major. */
  readonly logits: Float32Array;
  /** [N], class indices. */
  readonly labels: Uint32Array;
  /** [N], positions in the split's samples. */
  readonly indices: Uint32Array;
}

/** The state of a run; the trainer writes it, callbacks read it. */
export interface RunState {
  readonly model: Model;
  readonly classes: readonly string[];
  readonly maxEpochs: number;
  readonly stepsPerEpoch: number;
  /** Where callbacks write what loggers are to have. */
  readonly log: RunLog;
  /** Epoch under way, from 0. */
  epoch: number;
  step: number;
  readonly history: EpochRecord[];
  /** Of the last validation; undefined before the first, and where there is no validation split. */
  outputs: Outputs | undefined;
  /** Set by the callback that writes checkpoints. */
  best: SavedCheckpoint | undefined;
  last: SavedCheckpoint | undefined;
  memory: MemoryRecord;
  /** What was drawn of each class in the epoch under way or just run; absent where the batches do not say. */
  drawn?: DrawnEpoch | undefined;
}
