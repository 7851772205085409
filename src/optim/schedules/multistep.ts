import * as z from "zod";
import { defineSchedule, type SchedulePlugin } from "./schedule.ts";

const options = z.strictObject({
  milestones: z.array(z.number().min(0)).default([]).describe("Epochs at which the rate is reduced"),
  gamma: z.number().positive().default(0.1).describe("Factor of each reduction"),
});

/** `lr` times `gamma` for each milestone reached; one listed twice counts twice (torch's MultiStepLR). */
export const multistep: SchedulePlugin = defineSchedule({
  options: options.describe("Reduces the rate at given epochs"),
  make: ({ milestones, gamma }, { lr }) => ({ epoch }) =>
    lr * gamma ** milestones.filter((milestone) => milestone <= epoch).length,
});
