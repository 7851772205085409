import * as z from "zod";
import { checkMode, DIRECTIONS, mode, monitored } from "../../metrics/monitored.ts";
import { defineSchedule, type SchedulePlugin } from "./schedule.ts";

const options = z.strictObject({
  monitor: monitored.default("val/loss").describe("Metric to watch, as it is at each epoch's end"),
  mode,
  factor: z.number().positive().lt(1).default(0.1).describe("Factor of each reduction"),
  patience: z.int().min(0).default(10).describe("Epochs without improvement that are waited for"),
  threshold: z.number().min(0).default(1e-4).describe("Smallest change that counts as improvement"),
  threshold_mode: z.enum(["rel", "abs"]).default("rel")
    .describe("The change is a share of the best value, or a difference"),
  cooldown: z.int().min(0).default(0).describe("Epochs after a reduction before the waiting starts again"),
  min_lr: z.number().min(0).default(0).describe("Rate below which it is not reduced"),
  eps: z.number().min(0).default(1e-8).describe("A reduction by no more than this is not made"),
}).check(checkMode);

type Options = z.output<typeof options>;

/** True if `value` improves on the best one. */
function improves({ monitor, threshold, threshold_mode }: Options, value: number, best: number): boolean {
  const isMax = DIRECTIONS[monitor] === "max", sign = isMax ? 1 : -1;
  const bar = threshold_mode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
  return isMax ? value > bar : value < bar;
}

/**
 * `lr`, multiplied by `factor` whenever the metric has not improved for more than `patience` epochs
 * (torch.optim.lr_scheduler.ReduceLROnPlateau). It goes through the metric's history from the start each time, so it
 * has no state. A value that is NaN is no improvement.
 */
export const reduce_on_plateau: SchedulePlugin = defineSchedule({
  options: options.describe("Reduces the rate when a metric stops improving"),
  make: (options, { lr }) => ({ history = () => [] }) => {
    const { monitor, factor, patience, cooldown, min_lr, eps } = options;
    let rate = lr, best = DIRECTIONS[monitor] === "max" ? -Infinity : Infinity, waited = 0, cooling = 0;
    for (const value of history(monitor)) {
      if (improves(options, value, best)) {
        best = value;
        waited = 0;
      } else waited++;
      if (cooling > 0) {
        cooling--;
        waited = 0;
      }
      if (waited <= patience) continue;
      const reduced = Math.max(rate * factor, min_lr);
      if (rate - reduced > eps) rate = reduced;
      cooling = cooldown;
      waited = 0;
    }
    return rate;
  },
});
