import * as z from "zod";
import { defineSchedule, type SchedulePlugin } from "./schedule.ts";

const options = z.strictObject({
  t_0: z.number().positive().default(10).describe("Epochs of the first cycle"),
  t_mult: z.int().min(1).default(1).describe("Length of each cycle / that of the one before"),
  eta_min: z.number().min(0).default(0).describe("Rate at the end of each cycle"),
});

/**
 * Half a cosine from `lr` to `eta_min`, again and again (SGDR, Loshchilov & Hutter 2017;
 * torch.optim.lr_scheduler.CosineAnnealingWarmRestarts).
 */
export const cosine_restarts: SchedulePlugin = defineSchedule({
  options: options.describe("Half a cosine down, again and again"),
  make: ({ t_0, t_mult, eta_min }, { lr }) => ({ epoch }) => {
    let length = t_0, start = 0;
    while (epoch >= start + length) {
      start += length;
      length *= t_mult;
    }
    return eta_min + (lr - eta_min) * (1 + Math.cos(Math.PI * (epoch - start) / length)) / 2;
  },
});
