/** The callbacks that a configuration can name. A new one is a file beside this one and a line in this literal. */
import type { Callback } from "../callback.ts";
import { metrics_log } from "./metrics_log.ts";
import { model_checkpoint } from "./model_checkpoint.ts";
import type { CallbackContext, CallbackPlugin } from "./plugin.ts";
import { progress_table as progress } from "./progress.ts";

/** All callbacks by name, in the order in which their hooks are called. */
export const callbacks = {
  model_checkpoint,
  metrics_log,
  progress,
};

/** The callbacks that are chosen: those with options, which a checked configuration has put in order. */
export function makeCallbacks(
  chosen: Readonly<Record<string, unknown>>,
  context: CallbackContext,
): Callback[] {
  return Object.entries(callbacks).flatMap(([name, plugin]) => {
    const options = chosen[name];
    return options === null || options === undefined
      ? []
      : [(plugin as CallbackPlugin).make(options, context)];
  });
}
