/** What a schedule, a checkpoint or the end of a run can go by: metrics, by the names under which they are logged. */
import * as z from "zod";

/** Whether larger or smaller is better. */
export type Mode = "max" | "min";

/**
 * What can be monitored, and which way is better. Metrics of validation have a value for each validation, the others
 * for each epoch.
 */
export const DIRECTIONS = {
  "val/acc_top1": "max",
  "val/acc_top5": "max",
  "val/loss": "min",
  "train/acc_top1": "max",
  "train/loss_epoch": "min",
} as const satisfies Readonly<Record<string, Mode>>;

/** One of the metrics in {@link DIRECTIONS}. */
export type Monitored = keyof typeof DIRECTIONS;

/** A metric to monitor. */
export const monitored = z.enum(Object.keys(DIRECTIONS) as Monitored[]);

/** Which way is better; only the metric's own direction is accepted. */
export const mode = z.enum(["max", "min"]).nullable().default(null)
  .describe("Which way is better, which follows from monitor; null: the same");

/** A rule for options with both: `mode` must not contradict `monitor`. */
export function checkMode(
  { value, issues }: z.core.ParsePayload<{ monitor: Monitored | null; mode: Mode | null }>,
): void {
  if (value.monitor === null || value.mode === null) return;
  const direction = DIRECTIONS[value.monitor];
  if (value.mode === direction) return;
  const which = direction === "max" ? "larger" : "smaller";
  issues.push({
    code: "custom",
    input: value.mode,
    path: ["mode"],
    message:
      `must be ${direction}: ${which} values of ${value.monitor} are better; give mode=${direction} or null`,
  });
}

/** True if `value` is better than `other` by more than `margin`; never true for NaN. */
export function isBetter(mode: Mode, value: number, other: number, margin = 0): boolean {
  return mode === "max" ? value > other + margin : value < other - margin;
}
