import * as z from "zod";
import { adamw as makeAdamw } from "../adamw.ts";
import { defineOptimizer } from "./plugin.ts";

const beta = z.number().min(0).lt(1);

/** torch.optim.AdamW; the learning rate of each step comes from the schedule. */
export const adamw = defineOptimizer({
  options: z.strictObject({
    lr: z.number().positive().default(5e-4).describe("Learning rate at the end of warm-up"),
    betas: z.tuple([beta, beta]).default([0.9, 0.999]).describe("AdamW's decay of the two moments"),
    eps: z.number().positive().default(1e-8).describe("Added to AdamW's denominator"),
    weight_decay: z.number().min(0).default(1e-4).describe("Decoupled weight decay"),
    decay_norm_and_bias: z.boolean().default(true).describe("Decay batch norm's parameters and biases too"),
  }).describe("AdamW (Loshchilov & Hutter 2019)"),
  make({ betas, eps, weight_decay: weightDecay, decay_norm_and_bias }, parameters) {
    const decayed = decay_norm_and_bias ? parameters.values.size : parameters.decayed;
    return makeAdamw({ ...parameters, decayed }, { betas, eps, weightDecay });
  },
});
