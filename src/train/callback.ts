/** Callbacks: plain objects whose hooks the trainer calls in list order. They share the run's state only. */
import type { Outputs, Pace, RunState, ValidationRecord } from "./run_state.ts";
import type { Tally } from "./step_results.ts";

/** Results of one training step. */
export interface StepRecord extends Pace {
  readonly epoch: number;
  /** Steps of the optimiser since the start of the run; the first is 1. */
  readonly step: number;
  readonly lr: number;
  readonly tally: Tally;
}

/** The test of the best weights; epochs count from 0. */
export interface TestRecord {
  /** The epoch and step that the weights are from. */
  readonly epoch: number;
  readonly step: number;
  readonly tally: Tally;
  readonly outputs: Outputs;
}

/** Why a run is saved: at an epoch's end, after a validation in mid-epoch, or as it was asked to stop. */
export type SaveReason = "epoch" | "validation" | "interrupted";

/** Hooks of a run; each may be left out. */
export interface Callback {
  /** Under this name its state stands in checkpoints. */
  readonly name: string;
  /** Before the first epoch, and before a resumed run's state is put back. */
  fitStart?(state: RunState): void | Promise<void>;
  /** After each step of the optimiser; must not wait for the GPU as a rule. */
  stepEnd?(state: RunState): void | Promise<void>;
  /** Every `log_every_n_steps` steps, with the latest of them. */
  stepLogged?(state: RunState, record: StepRecord): void | Promise<void>;
  /** Before and after a validation or the test; the sanity check calls neither. */
  evaluationStart?(state: RunState): void | Promise<void>;
  evaluationEnd?(state: RunState): void | Promise<void>;
  /** After a validation, when all evaluationEnd hooks are done. */
  validated?(state: RunState, record: ValidationRecord): void | Promise<void>;
  /** After training and validation of an epoch, which is the last of `state.history`. */
  epochEnd?(state: RunState): void | Promise<void>;
  /** When the run's state should be kept, after all callbacks have done what belongs to it. */
  save?(state: RunState, reason: SaveReason): void | Promise<void>;
  /** After the last epoch. */
  fitEnd?(state: RunState): void | Promise<void>;
  /** After the test of the best weights, where there is one, when its results are logged. */
  tested?(state: RunState, record: TestRecord): void | Promise<void>;
  /** What a resumed run needs of the callback, as JSON can hold it; and its way back, after every fitStart. */
  state?(): unknown;
  load?(state: unknown, run: RunState): void | Promise<void>;
}

/** A hook's name. */
export type Hook = Exclude<keyof Callback, "name" | "state" | "load">;

/** Calls one hook of all callbacks, one after the other. */
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
