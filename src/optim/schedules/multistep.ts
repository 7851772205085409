import * as z from "zod";
import { defineSchedule } from "./schedule.ts";

const options = z.strictObject({
  milestones: z.array(z.number().min(0)).default([]).describe("Epochs at which the rate is cut"),
  gamma: z.number().positive().default(0.1).describe("Factor of a cut"),
});

/** `lr` times `gamma` for each milestone reached; one that is listed twice counts twice (torch's MultiStepLR). */
export const multistep = defineSchedule({
  options: options.describe("Cuts at given epochs"),
  make: ({ milestones, gamma }, { lr }) => ({ epoch }) =>
    lr * gamma ** milestones.filter((milestone) => milestone <= epoch).length,
});
