import * as z from "zod";
import type { Callback } from "../callback.ts";
import { exchange } from "../evaluated_weights.ts";
import { type CallbackPlugin, defineCallback } from "./plugin.ts";

/** How the averages are formed. */
export interface EmaOptions {
  readonly decay: number;
  readonly warmup_steps: number;
}

/** Uses the averages for validations and the test, and restores the weights after each. */
export function emaCallback(warmupSteps: number): Callback {
  return {
    name: "ema",
    everyRank: true,
    evaluationStart(state) {
      if (!state.averages || state.step <= warmupSteps) return;
      state.evaluated = "averages";
      exchange(state);
    },
    evaluationEnd(state) {
      if (state.evaluated === "averages") exchange(state);
    },
  };
}

/** The plug-in; the trainer itself maintains the averages. */
export const ema: CallbackPlugin<z.ZodObject<{ [Key in keyof EmaOptions]: z.ZodType<EmaOptions[Key]> }>> =
  defineCallback({
    options: z.strictObject({
      decay: z.number().min(0).lt(1).default(0.9999).describe(
        "d = min(decay, (1 + s) / (10 + s)) at the s-th update",
      ),
      warmup_steps: z.int().min(0).default(0).describe("Steps before the first update"),
    }).describe("Validates, tests and exports an exponential moving average of the weights"),
    make: ({ warmup_steps }) => emaCallback(warmup_steps),
  });
