/**
 * What a configuration may say and the engine does not do yet. Names and options are settled, so that files can be
 * written today; choosing one is an error when a run begins. Whoever builds one takes its lines away here: a plug-in
 * moves into its room's registry, with its options.
 */

import * as z from "zod";
import { integer, text } from "./schema/fields.ts";

/** Callbacks to come (CALL-01 to CALL-11). */
export const plannedCallbacks = {
  ema: z.strictObject({
    decay: z.number().min(0).lt(1).default(0.9999).describe("d = min(decay, (1 + s) / (10 + s)) in step s"),
    warmup_steps: integer.min(0).default(0).describe("Steps before the first update"),
  }).describe("Validates, tests and exports an exponential moving average of the weights"),
  onnx_export: z.strictObject({
    filename: text.default("model.onnx").describe("In the run's folder"),
    opset: z.literal(17).default(17).describe("Version of ONNX's operators"),
    normalize: z.boolean().default(false).describe("Bake the normalisation into the model"),
  }).describe("Writes the best checkpoint as ONNX"),
  early_stopping: z.strictObject({
    monitor: text.default("val/acc_top1").describe("Metric to watch"),
    mode: z.enum(["max", "min"]).default("max").describe("Which way is better"),
    patience: integer.min(0).default(20).describe("Epochs without progress before the run ends"),
    min_delta: z.number().min(0).default(0.001).describe("The least that counts as progress"),
  }).describe("Ends a run that no longer gets better"),
} as const;
