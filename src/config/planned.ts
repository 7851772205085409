/**
 * What a configuration may say and the engine does not do yet. Names and options are settled, so that files can be
 * written today; choosing one is an error when a run begins. Whoever builds one takes its lines away here: a plug-in
 * moves into its room's registry, with its options.
 */

import * as z from "zod";
import { text } from "./schema/fields.ts";

/** Callbacks to come (CALL-01 to CALL-11). */
export const plannedCallbacks = {
  onnx_export: z.strictObject({
    filename: text.default("model.onnx").describe("In the run's folder"),
    opset: z.literal(17).default(17).describe("Version of ONNX's operators"),
    normalize: z.boolean().default(false).describe("Bake the normalisation into the model"),
  }).describe("Writes the best checkpoint as ONNX"),
} as const;
