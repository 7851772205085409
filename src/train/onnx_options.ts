/** How a checkpoint is exported to ONNX: one set of options for the callback and for `deno task export`. */
import * as z from "zod";

/** The options; each has a default. */
export const onnxOptions = z.strictObject({
  opset: z.literal(17).default(17).describe("Version of ONNX's operators"),
  normalize: z.boolean().default(false).describe("Include the normalisation in the model"),
  preprocess: z.boolean().default(false).describe(
    "Take 8-bit pixels of any size, and include all preprocessing in the model",
  ),
  batch_norm: z.enum(["folded", "kept"]).default("folded").describe(
    "Fold batch norm into the convolutions, or keep it",
  ),
  weights: z.enum(["f32", "f16"]).default("f32").describe("f16: half the file size, with slight rounding"),
});

/** How a checkpoint is exported to ONNX. */
export type OnnxOptions = z.output<typeof onnxOptions>;
