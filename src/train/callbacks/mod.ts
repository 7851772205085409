/** The callbacks that a configuration can name. A new one is a file beside this one and a line in this literal. */
import type { Callback } from "../callback.ts";
import { confusion_matrix } from "./confusion_matrix.ts";
import { dataset_statistics } from "./dataset_statistics.ts";
import { early_stopping } from "./early_stopping.ts";
import { ema } from "./ema.ts";
import { learning_rate_monitor } from "./learning_rate_monitor.ts";
import { metricsLog } from "./metrics_log.ts";
import { model_checkpoint } from "./model_checkpoint.ts";
import { model_info } from "./model_info.ts";
import { onnx_export } from "./onnx_export.ts";
import type { CallbackContext, CallbackPlugin } from "./plugin.ts";
import { progress_table as progress } from "./progress.ts";
import { report } from "./report.ts";
import { sample_predictions } from "./sample_predictions.ts";
import { sampler_distribution } from "./sampler_distribution.ts";
import { training_history } from "./training_history.ts";

/** Those that log something: called before the row of a step or epoch goes to the loggers. */
const logging = {
  ema,
  model_info,
  dataset_statistics,
  learning_rate_monitor,
  confusion_matrix,
  sample_predictions,
};

/** Called after it, so that once a checkpoint is written, all that was logged up to it is written too. */
const following = {
  early_stopping,
  model_checkpoint,
  progress,
  sampler_distribution,
  training_history,
  onnx_export,
  report,
};

/** All callbacks by name, in the order in which their hooks are called. */
export const callbacks = { ...logging, ...following };

/** The callbacks that are chosen, those with options, and between them the one that hands on what is logged. */
export function makeCallbacks(
  chosen: Readonly<Record<string, unknown>>,
  context: CallbackContext,
): Callback[] {
  const make = (plugins: object) =>
    Object.entries(plugins).flatMap(([name, plugin]) => {
      const options = chosen[name];
      return options === null || options === undefined
        ? []
        : [(plugin as CallbackPlugin).make(options, context)];
    });
  return [...make(logging), metricsLog(), ...make(following)];
}
