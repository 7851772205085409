import * as z from "zod";
import type { Callback } from "../callback.ts";
import { defineCallback } from "./plugin.ts";

/** Logs `lr-AdamW`: with each logged step, or with each epoch the rate of its last step. */
export function learningRateMonitor(interval: "epoch" | "step"): Callback {
  const name = "learning_rate_monitor";
  if (interval === "step") {
    return { name, stepLogged: ({ log }, { lr }) => log.scalars({ "lr-AdamW": lr }) };
  }
  return { name, epochEnd: ({ log, history }) => log.scalars({ "lr-AdamW": history.at(-1)!.lr }) };
}

/** As a plug-in. */
export const learning_rate_monitor = defineCallback({
  options: z.strictObject({
    logging_interval: z.enum(["epoch", "step"]).nullable().default(null).describe(
      "When; null: as the schedule changes it",
    ),
  }).describe("Logs lr-AdamW"),
  make: ({ logging_interval: interval }, { scheduleInterval }) =>
    learningRateMonitor(interval ?? scheduleInterval),
});
