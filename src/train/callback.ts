/** Callbacks: plain objects whose hooks the trainer calls in list order. They share only the run's state. */
import type { Outputs, Pace, RunState, ValidationRecord } from "./run_state.ts";
import type { Tally } from "./step_results.ts";

/** Results of one training step. */
export interface StepRecord extends Pace {
  readonly epoch: number;
  /** Optimiser steps since the start of the run; the first is 1. */
  readonly step: number;
  readonly lr: number;
  readonly tally: Tally;
}

/** The test of the best weights; epochs count from 0. */
export interface TestRecord {
  /** The epoch and step of the weights. */
  readonly epoch: number;
  readonly step: number;
  readonly tally: Tally;
  readonly outputs: Outputs;
}

/** Why a run is saved: at the end of an epoch, after a mid-epoch validation, or because it was asked to stop. */
export type SaveReason = "epoch" | "validation" | "interrupted";

/** Hooks of a run; each is optional. */
export interface Callback {
  /** The name of its state in checkpoints. */
  readonly name: string;
  /** True if its hooks run on each rank, as they change what is computed; others run on rank 0 only. */
  readonly everyRank?: boolean;
  /** Before the first epoch, and before a resumed run's state is restored. */
  fitStart?(state: RunState): void | Promise<void>;
  /** Every `log_every_n_steps` steps, with the last of them, and after the last step of an epoch that has fewer. */
  stepLogged?(state: RunState, record: StepRecord): void | Promise<void>;
  /** After each optimiser step, once it is logged; should not wait for the GPU. */
  stepEnd?(state: RunState): void | Promise<void>;
  /** Before and after a validation or the test; not called for the sanity check. */
  evaluationStart?(state: RunState): void | Promise<void>;
  evaluationEnd?(state: RunState): void | Promise<void>;
  /** After a validation, when all evaluationEnd hooks have run. */
  validated?(state: RunState, record: ValidationRecord): void | Promise<void>;
  /** After training and validation of an epoch, which is the last of `state.history`. */
  epochEnd?(state: RunState): void | Promise<void>;
  /** When the run's state should be saved, after all other callbacks have finished with the epoch. */
  save?(state: RunState, reason: SaveReason): void | Promise<void>;
  /** After the last epoch. */
  fitEnd?(state: RunState): void | Promise<void>;
  /** After the test of the best weights, if there is one, once its results are logged. */
  tested?(state: RunState, record: TestRecord): void | Promise<void>;
  /** The callback's state for resuming, as JSON values; and restoring it, after every fitStart. */
  state?(): unknown;
  load?(state: unknown, run: RunState): void | Promise<void>;
}

/** A hook's name. */
export type Hook = Exclude<keyof Callback, "name" | "everyRank" | "state" | "load">;

/** Calls one hook of all callbacks in order. */
export async function callEach<Name extends Hook>(
  callbacks: readonly Callback[],
  hook: Name,
  ...args: Parameters<NonNullable<Callback[Name]>>
): Promise<void> {
  for (const callback of callbacks) {
    const method = callback[hook] as ((...args: unknown[]) => void | Promise<void>) | undefined;
    await method?.apply(callback, args);
  }
}
