import * as z from "zod";
import { defineSchedule } from "./schedule.ts";

const options = z.strictObject({
  step_size: z.number().positive().default(30).describe("Epochs between two cuts of the rate"),
  gamma: z.number().positive().default(0.1).describe("Factor of a cut"),
});

/** `lr` times `gamma` for each full `step_size` that is done (torch.optim.lr_scheduler.StepLR). */
export const step = defineSchedule({
  options: options.describe("Cuts at equal distances"),
  make: ({ step_size, gamma }, { lr }) => ({ epoch }) => lr * gamma ** Math.floor(epoch / step_size),
});
