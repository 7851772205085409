import * as z from "zod";
import { defineSchedule } from "./schedule.ts";

const options = z.strictObject({
  warmup_epochs: z.number().min(0).default(5).describe("Epochs of linear warm-up to optimizer.lr"),
  start_factor: z.number().positive().max(1).default(1e-3).describe("First rate / optimizer.lr"),
  eta_min_factor: z.number().min(0).max(1).default(0.05).describe("Last rate / optimizer.lr"),
});

/**
 * Linear from `start_factor * lr` to `lr` over `warmup_epochs`, then half a cosine down to `eta_min_factor * lr` at
 * `total`; past it the cosine rises again. At integer epochs these are the rates of torch.optim.lr_scheduler
 * SequentialLR([LinearLR(start_factor, 1, max(1, warmup)), CosineAnnealingLR(max(1, total - warmup))], [warmup]), for
 * warmup 0 as in PyTorch since SequentialLR was fixed (1.13 got stuck at `start_factor * lr`).
 */
export const warmup_cosine = defineSchedule({
  options: options.describe("Linear warm-up, then half a cosine down"),
  make({ warmup_epochs, start_factor, eta_min_factor }, { lr, total }) {
    const decay = total > warmup_epochs ? total - warmup_epochs : 1;
    return ({ epoch }) => {
      if (epoch < warmup_epochs) return lr * (start_factor + (1 - start_factor) * epoch / warmup_epochs);
      const cosine = (1 + Math.cos(Math.PI * (epoch - warmup_epochs) / decay)) / 2;
      return lr * (eta_min_factor + (1 - eta_min_factor) * cosine);
    };
  },
});
