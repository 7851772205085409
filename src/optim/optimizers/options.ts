/** Options that optimisers share. */
import * as z from "zod";

/** The learning rate. */
export function learningRate(byDefault: number) {
  return z.number().positive().default(byDefault).meta({ ofKind: true })
    .describe("Learning rate at the end of warm-up");
}

/** Weight decay, apart from the gradient or added to it as its L2 penalty. */
export function weightDecay(byDefault: number, kind: "Decoupled weight decay" | "L2 penalty") {
  return z.number().min(0).default(byDefault).describe(kind);
}

/** Whether norms and biases decay too. */
export const decayNormAndBias = z.boolean().default(true)
  .describe("Also decay batch norm's parameters and biases");
