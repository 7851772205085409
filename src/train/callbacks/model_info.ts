import * as z from "zod";
import { parameterCount } from "../../nn/declare_layers.ts";
import { forwardFlops } from "../../nn/layer_costs.ts";
import type { Callback } from "../callback.ts";
import type { RunState } from "../run_state.ts";
import { type CallbackContext, type CallbackPlugin, defineCallback } from "./plugin.ts";

/** A model in numbers, as in `model_info.json`. */
export interface ModelInfo {
  readonly model: string;
  readonly classes: number;
  readonly image_size: number;
  readonly parameters: number;
  readonly trainable_parameters: number;
  /** Of one image's forward pass, counting 2 for each multiply-add. */
  readonly forward_flops: number;
  /** Of the parameters in f32. */
  readonly bytes: number;
  /** Peak of all GPU buffers; null before the end of the first epoch. */
  readonly peak_gpu_bytes: number | null;
}

/** Prints the model's size and cost, and writes `model_info.json`. */
export function modelInfo(
  { folder, imageSize, print, write }: Pick<CallbackContext, "folder" | "imageSize" | "print" | "write">,
): Callback {
  let peak: number | null = null;
  const save = ({ model, classes }: RunState) => {
    const { count } = model.parameters;
    const info: ModelInfo = {
      model: model.name,
      classes: classes.length,
      image_size: imageSize,
      parameters: count,
      trainable_parameters: trainable(model),
      forward_flops: forwardFlops(model, imageSize),
      bytes: 4 * count,
      peak_gpu_bytes: peak,
    };
    return write(`${folder}/model_info.json`, new TextEncoder().encode(JSON.stringify(info, null, 2) + "\n"));
  };
  return {
    name: "model_info",
    async fitStart(state) {
      const { count } = state.model.parameters, flops = forwardFlops(state.model, imageSize);
      print(
        `cost    ${count.toLocaleString("en")} parameters, ${
          trainable(state.model).toLocaleString("en")
        } trainable, ${(4 * count / 1e6).toFixed(1)} MB; ` +
          `${(flops / 1e9).toFixed(2)} GFLOP forward for an image of ${imageSize} px\n`,
      );
      await save(state);
    },
    async epochEnd(state) {
      const { peakBytes } = state.memory;
      if (peak === peakBytes) return;
      peak = peakBytes;
      await save(state);
    },
  };
}

/** Number of parameters that are not frozen. */
function trainable({ parameters }: RunState["model"]): number {
  return parameterCount(parameters.parameters.filter(({ declaration }) => !declaration.frozen));
}

/** The plug-in. */
export const model_info: CallbackPlugin = defineCallback({
  options: z.strictObject({}).describe(
    "Prints parameters, FLOPs and size; writes model_info.json, which adds the peak GPU memory",
  ),
  make: (_, context) => modelInfo(context),
});
