import * as z from "zod";
import { defineSchedule, type SchedulePlugin } from "./schedule.ts";

const options = z.strictObject({
  step_size: z.number().positive().default(30).describe("Epochs between reductions of the rate"),
  gamma: z.number().positive().default(0.1).describe("Factor of each reduction"),
});

/** `lr` times `gamma` for each completed `step_size` (torch.optim.lr_scheduler.StepLR). */
export const step: SchedulePlugin = defineSchedule({
  options: options.describe("Reduces the rate at regular intervals"),
  make: ({ step_size, gamma }, { lr }) => ({ epoch }) => lr * gamma ** Math.floor(epoch / step_size),
});
