/**
 * Learning rate over time. A schedule is a pure function of the position in a run, in closed form, so a resumed run
 * needs nothing but its position.
 */
import type { Plugin } from "../../base/plugin.ts";
import type * as z from "zod";

/** The position in a run. */
export interface Position {
  /** Completed epochs, with a fraction if the rate changes every step: 1.5 is the middle of the second epoch. */
  readonly epoch: number;
}

/** The learning rate at a position. */
export type Schedule = (position: Position) => number;

/** What a schedule spans: the base learning rate, and the length of the run in epochs. */
export interface Span {
  readonly lr: number;
  readonly total: number;
}

/** A schedule that a configuration can name. */
export type SchedulePlugin<Options extends z.ZodType = z.ZodType> = Plugin<Options, Span, Schedule>;

/** Ties the type of a schedule's options to the argument of its factory. */
export function defineSchedule<Options extends z.ZodType>(
  plugin: SchedulePlugin<Options>,
): SchedulePlugin<Options> {
  return plugin;
}
