/** Metrics that callbacks can monitor, by the names under which they are logged. */
import type { RunState, ValidationRecord } from "./run_state.ts";

/** Names that can be monitored; those of validation have a value for each validation, the others for each epoch. */
export const MONITORED = [
  "val/acc_top1",
  "val/acc_top5",
  "val/loss",
  "train/acc_top1",
  "train/loss_epoch",
] as const;
/** One of the {@link MONITORED}. */
export type Monitored = typeof MONITORED[number];

/** Whether larger or smaller is better. */
export type Mode = "max" | "min";

/** True if `value` is better than `other` by more than `margin`; never true for NaN. */
export function isBetter(mode: Mode, value: number, other: number, margin = 0): boolean {
  return mode === "max" ? value > other + margin : value < other - margin;
}

/** The value of a validation's metric; undefined if `name` is an epoch's metric. */
export function validationValue(name: Monitored, { tally }: ValidationRecord): number | undefined {
  if (name === "val/acc_top1") return tally.top1;
  if (name === "val/acc_top5") return tally.top5;
  return name === "val/loss" ? tally.loss : undefined;
}

/** The value of the last epoch's metric: a training metric, or NaN if the run does not validate. */
export function epochValue(name: Monitored, { history }: RunState): number | undefined {
  const { train, valid } = history.at(-1)!;
  if (name === "train/acc_top1") return train.top1;
  if (name === "train/loss_epoch") return train.loss;
  return valid ? undefined : NaN;
}
