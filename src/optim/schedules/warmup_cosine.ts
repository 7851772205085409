import * as z from "zod";
import { defineSchedule, type SchedulePlugin } from "./schedule.ts";

const options = z.strictObject({
  eta_min_factor: z.number().min(0).max(1).default(0.05).describe("Last rate / optimizer.lr"),
});

/**
 * Half a cosine from `lr` down to `eta_min_factor * lr` at the run's end; past it the cosine rises again. At integer
 * epochs these are the rates of torch.optim.lr_scheduler SequentialLR([LinearLR(start_factor, 1, max(1, warmup)),
 * CosineAnnealingLR(max(1, total - warmup))], [warmup]), for warmup 0 as in PyTorch since SequentialLR was fixed
 * (1.13 got stuck at `start_factor * lr`).
 */
export const warmup_cosine: SchedulePlugin = defineSchedule({
  options: options.describe("Half a cosine down, behind a warm-up of 5 epochs"),
  warmupEpochs: 5,
  make: ({ eta_min_factor }, { lr, total }) => ({ epoch }) =>
    lr * (eta_min_factor + (1 - eta_min_factor) * (1 + Math.cos(Math.PI * epoch / total)) / 2),
});
