/** The schedules that a configuration can name. To add one, add a file to this folder and a line to this literal. */
import { makeByName } from "../../base/plugin.ts";
import { constant } from "./constant.ts";
import { cosine_restarts } from "./cosine_restarts.ts";
import { exponential } from "./exponential.ts";
import { multistep } from "./multistep.ts";
import { one_cycle } from "./one_cycle.ts";
import { polynomial } from "./polynomial.ts";
import { reduce_on_plateau } from "./reduce_on_plateau.ts";
import type { Schedule, Span } from "./schedule.ts";
import { step } from "./step.ts";
import { warmup_cosine } from "./warmup_cosine.ts";

export type { Position, Schedule, SchedulePlugin, Span } from "./schedule.ts";

/** All schedules by name. */
export const schedules = {
  warmup_cosine,
  constant,
  step,
  multistep,
  one_cycle,
  cosine_restarts,
  exponential,
  polynomial,
  reduce_on_plateau,
} as const;

/** A schedule's name. */
export type ScheduleName = keyof typeof schedules;

/** A schedule's name, together with its options. */
export interface ChosenSchedule {
  readonly name: ScheduleName;
  readonly [option: string]: unknown;
}

/**
 * The chosen schedule over `span`, with defaults for options that are left out.
 *
 * @throws RangeError if there is no such schedule, an option is unknown or out of range, or the span is not positive
 *
 * @example Warm up for 5 of 40 epochs
 * ```ts
 * const rate = makeSchedule({ name: "warmup_cosine", warmup_epochs: 5 }, { lr: 5e-4, total: 40 });
 * rate({ epoch: 0 }); // 5e-7
 * rate({ epoch: 5 }); // 5e-4
 * ```
 */
export function makeSchedule({ name, ...options }: ChosenSchedule, span: Span): Schedule {
  if (!(span.lr > 0 && span.total > 0)) {
    throw new RangeError(
      `Cannot make schedule "${name}": lr and total must be positive, current lr is ${span.lr}, ` +
        `total ${span.total}`,
    );
  }
  return makeByName("schedule", schedules, name, options, span);
}
