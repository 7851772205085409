import * as z from "zod";
import { defineSchedule, type SchedulePlugin } from "./schedule.ts";

const options = z.strictObject({
  max_lr: z.number().positive().nullable().default(null)
    .describe("Highest rate; null: optimizer.lr"),
  pct_start: z.number().min(0).max(1).default(0.3).describe("Share of the run in which the rate rises"),
  anneal_strategy: z.enum(["cos", "linear"]).default("cos").describe("Along half a cosine, or a line"),
  div_factor: z.number().positive().default(25).describe("Highest rate / first rate"),
  final_div_factor: z.number().positive().default(1e4).describe("First rate / last rate"),
  three_phase: z.boolean().default(false)
    .describe("Fall to the first rate as long as the rise took, then to the last"),
});

/** A part of the cycle: the rates at its ends, and the step at which it ends. */
interface Phase {
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

const ways = {
  cos: (from: number, to: number, share: number) => to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2,
  linear: (from: number, to: number, share: number) => from + (to - from) * share,
};

/**
 * One rise and fall of the rate (Smith & Topin 2018, torch.optim.lr_scheduler.OneCycleLR), in steps of
 * `span.interval`: its last step has the last rate.
 */
export const one_cycle: SchedulePlugin = defineSchedule({
  options: options.describe("One rise and one fall over the whole run, for high rates"),
  make({ max_lr, pct_start, anneal_strategy, three_phase, ...factors }, { lr, total, interval = 1 }) {
    const top = max_lr ?? lr, first = top / factors.div_factor, last = first / factors.final_div_factor;
    const steps = total / interval, rise = pct_start * steps - 1;
    const phases: Phase[] = three_phase
      ? [
        { end: rise, from: first, to: top },
        { end: 2 * pct_start * steps - 2, from: top, to: first },
        { end: steps - 1, from: first, to: last },
      ]
      : [{ end: rise, from: first, to: top }, { end: steps - 1, from: top, to: last }];
    return ({ epoch }) => {
      const step = epoch / interval;
      const now = phases.find(({ end }) => step <= end) ?? phases.at(-1)!;
      const start = phases[phases.indexOf(now) - 1]?.end ?? 0;
      const share = now.end > start ? Math.min((step - start) / (now.end - start), 1) : 1;
      return ways[anneal_strategy](now.from, now.to, share);
    };
  },
});
