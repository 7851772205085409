/** Callbacks: plain objects whose hooks the trainer calls in list order. They share the run's state only. */
import type { Pace, RunState } from "./run_state.ts";
import type { Tally } from "./ring.ts";

/** Results of one training step, as they were read from the ring. */
export interface StepRecord extends Pace {
  readonly epoch: number;
  /** Training steps since the start of the run; the first is 1. */
  readonly step: number;
  readonly lr: number;
  readonly tally: Tally;
}

/** Hooks of a run; each may be left out. */
export interface Callback {
  readonly name: string;
  /** Before the first epoch. */
  fitStart?(state: RunState): void | Promise<void>;
  /** Every `log_every_n_steps` steps, with the latest of them. */
  stepLogged?(state: RunState, record: StepRecord): void | Promise<void>;
  /** After training and validation of an epoch, which is the last of `state.history`. */
  epochEnd?(state: RunState): void | Promise<void>;
  /** When the run was asked to stop in mid-epoch, before it ends. */
  interrupted?(state: RunState): void | Promise<void>;
  /** After the last epoch. */
  fitEnd?(state: RunState): void | Promise<void>;
}

/** A hook's name. */
export type Hook = Exclude<keyof Callback, "name">;

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
