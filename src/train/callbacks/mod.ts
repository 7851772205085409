/** The callbacks that a configuration can name. To add one, add a file to this folder and a line to this literal. */
import type { ChosenPlugins } from "../../base/plugin.ts";
import type { Callback } from "../callback.ts";
import { calibrate } from "./calibrate.ts";
import { confusion_matrix } from "./confusion_matrix.ts";
import { dataset_statistics } from "./dataset_statistics.ts";
import { early_stopping } from "./early_stopping.ts";
import { ema } from "./ema.ts";
import { gradcam } from "./gradcam.ts";
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

/** Callbacks that log, called before the row of a step or epoch goes to the loggers. */
const logging = {
  ema,
  model_info,
  dataset_statistics,
  learning_rate_monitor,
  calibrate,
  confusion_matrix,
  sample_predictions,
  gradcam,
};

/** Callbacks called after that, so that when a checkpoint is written, everything logged before it is written too. */
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

/** A callback's name. */
export type CallbackName = keyof typeof callbacks;

/** The chosen callbacks (those with options), with the one that passes rows to the loggers in between. */
export function makeCallbacks(
  chosen: ChosenPlugins,
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
