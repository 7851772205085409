/** How a checkpoint is exported to ONNX: one set of options for the callback and for `deno task export`. */
import * as z from "zod";
import { OPSETS } from "../formats/onnx/model.ts";

/** The options; each has a default. */
export const onnxOptions = z.strictObject({
  opset: z.number().int().min(OPSETS.first).max(OPSETS.last).default(OPSETS.usual)
    .describe("Version of ONNX's operators"),
  normalize: z.boolean().default(false).describe("Include the normalisation in the model"),
  preprocess: z.union([z.boolean(), z.literal("exact")]).default(false).describe(
    "Take 8-bit pixels of any size, and include all preprocessing in the model; exact: in f64, which few runtimes have",
  ),
  softmax: z.boolean().default(false).describe("Return probabilities in place of logits"),
  batch_norm: z.enum(["folded", "kept"]).default("folded").describe(
    "Fold batch norm into the convolutions, or keep it",
  ),
  weights: z.enum(["f32", "f16"]).default("f32").describe("f16: half the file size, with slight rounding"),
});

/** How a checkpoint is exported to ONNX. */
export interface OnnxOptions {
  readonly opset: number;
  readonly normalize: boolean;
  readonly preprocess: boolean | "exact";
  readonly softmax: boolean;
  readonly batch_norm: "folded" | "kept";
  readonly weights: "f32" | "f16";
}
