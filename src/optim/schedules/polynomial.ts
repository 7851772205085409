import * as z from "zod";
import { defineSchedule, type SchedulePlugin } from "./schedule.ts";

const options = z.strictObject({
  total_iters: z.number().positive().nullable().default(null)
    .describe("Epochs until the rate is 0; null: the rest of the run"),
  power: z.number().positive().default(1).describe("1: a straight line"),
});

/** `lr (1 - epoch / total_iters)^power`, then 0 (torch.optim.lr_scheduler.PolynomialLR). */
export const polynomial: SchedulePlugin = defineSchedule({
  options: options.describe("Falls to 0 along a line, or a power of one"),
  make({ total_iters, power }, { lr, total }) {
    const end = total_iters ?? total;
    return ({ epoch }) => lr * (1 - Math.min(epoch, end) / end) ** power;
  },
});
