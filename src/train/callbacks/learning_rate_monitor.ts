import * as z from "zod";
import type { Callback } from "../callback.ts";
import type { RunState } from "../run_state.ts";
import { type CallbackPlugin, defineCallback } from "./plugin.ts";

/** Logs the learning rate under the optimiser's name, such as `lr-AdamW`: with each logged step, or with each epoch the rate of its last step. */
export function learningRateMonitor(interval: "epoch" | "step"): Callback {
  const name = "learning_rate_monitor";
  const write = ({ log, optimizer }: RunState, lr: number) => log.scalars({ [`lr-${optimizer.label}`]: lr });
  return interval === "step"
    ? { name, stepLogged: (state, { lr }) => write(state, lr) }
    : { name, epochEnd: (state) => write(state, state.history.at(-1)!.lr) };
}

/** The plug-in. */
export const learning_rate_monitor: CallbackPlugin = defineCallback({
  options: z.strictObject({
    logging_interval: z.enum(["epoch", "step"]).nullable().default(null).describe(
      "When to log; null: whenever the schedule changes it",
    ),
  }).describe("Logs the learning rate, such as lr-AdamW"),
  make: ({ logging_interval: interval }, { scheduleInterval }) =>
    learningRateMonitor(interval ?? scheduleInterval),
});
