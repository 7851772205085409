import * as z from "zod";
import { defineSchedule, type SchedulePlugin } from "./schedule.ts";

const options = z.strictObject({
  gamma: z.number().positive().default(0.95).describe("Factor of each epoch"),
});

/** `lr` times `gamma` for each epoch (torch.optim.lr_scheduler.ExponentialLR). */
export const exponential: SchedulePlugin = defineSchedule({
  options: options.describe("Multiplies the rate by the same factor every epoch"),
  make: ({ gamma }, { lr }) => ({ epoch }) => lr * gamma ** epoch,
});
