import * as z from "zod";
import type { Callback } from "../callback.ts";
import { onnxOptions } from "../onnx_options.ts";
import { type CallbackPlugin, defineCallback } from "./plugin.ts";

/** Exports the best checkpoint as ONNX when training has ended; `write` also checks the result. */
export function onnxExport(write: (checkpoint: string) => Promise<void>): Callback {
  return {
    name: "onnx_export",
    async fitEnd({ best, last }) {
      const checkpoint = best ?? last;
      if (checkpoint) await write(checkpoint.path);
    },
  };
}

/** The plug-in. */
export const onnx_export: CallbackPlugin = defineCallback({
  options: onnxOptions.extend({
    filename: z.string().min(1).default("model.onnx").describe("File name in the run's folder"),
  }).describe("Exports the best checkpoint as ONNX and checks it in ONNX Runtime"),
  make: ({ filename, ...options }, { folder, exportOnnx }) =>
    onnxExport((checkpoint) => exportOnnx(checkpoint, `${folder}/${filename}`, options)),
});
