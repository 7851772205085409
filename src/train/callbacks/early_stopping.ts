import * as z from "zod";
import { checkMode, DIRECTIONS, isBetter, mode, monitored } from "../../metrics/monitored.ts";
import type { Callback } from "../callback.ts";
import { epochValue, validationValue } from "../monitor.ts";
import type { RunState } from "../run_state.ts";
import { type CallbackPlugin, defineCallback } from "./plugin.ts";

const options = z.strictObject({
  monitor: monitored.default("val/acc_top1").describe("Metric to watch"),
  mode,
  patience: z.int().min(0).default(20).describe("Validations without improvement before the run ends"),
  min_delta: z.number().min(0).default(0.001).describe("Minimum change that counts as improvement"),
}).check(checkMode);

/** The state that a resumed run continues from. */
interface Waiting {
  best: number | undefined;
  /** Validations since then. */
  waited: number;
}

/** Stops a run whose metric has not improved for `patience` validations (Lightning's EarlyStopping). */
export function earlyStopping(
  { monitor, patience, min_delta }: Omit<z.output<typeof options>, "mode">,
): Callback {
  const now: Waiting = { best: undefined, waited: 0 };
  const look = (state: RunState, value: number | undefined) => {
    if (value === undefined) return;
    if (now.best === undefined || isBetter(DIRECTIONS[monitor], value, now.best, min_delta)) {
      now.best = value;
      now.waited = 0;
    } else if (++now.waited >= patience) {
      const validations = patience === 1 ? "validation" : "validations";
      state.stop ??= `${monitor} has not improved on ${now.best.toFixed(4)} for ${now.waited} ${validations}`;
    }
  };
  return {
    name: "early_stopping",
    validated: (state, record) => look(state, validationValue(monitor, record)),
    epochEnd: (state) => look(state, epochValue(monitor, state)),
    state: () => ({ ...now }),
    load: (state) => void Object.assign(now, state),
  };
}

/** The plug-in. */
export const early_stopping: CallbackPlugin = defineCallback({
  options: options.describe("Ends a run that no longer improves"),
  make: earlyStopping,
});
