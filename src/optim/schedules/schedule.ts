/**
 * Learning rate over time. A schedule is a pure function of the position in a run, in closed form, so a resumed run
 * needs nothing but its position.
 */
import type { Plugin } from "../../base/plugin.ts";
import type * as z from "zod";

/** Where a run is. */
export interface Position {
  /** Epochs that are done, with a fraction where the rate changes every step: 1.5 is the middle of the second. */
  readonly epoch: number;
}

/** The learning rate in force at a position. */
export type Schedule = (position: Position) => number;

/** What a schedule covers: the base learning rate, and the length of the run in epochs. */
export interface Span {
  readonly lr: number;
  readonly total: number;
}

/** A schedule that a configuration can name. */
export type SchedulePlugin<Options extends z.ZodType = z.ZodType> = Plugin<Options, Span, Schedule>;

/** Ties a schedule's options to the argument of its factory. */
export function defineSchedule<Options extends z.ZodType>(
  plugin: SchedulePlugin<Options>,
): SchedulePlugin<Options> {
  return plugin;
}
