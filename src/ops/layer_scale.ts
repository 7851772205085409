import { columnChunks } from "../../kernels/column_chunks.ts";
import { layerScale as layerScaleKernel } from "../../kernels/layer_scale.ts";
import { chunkCount } from "../../kernels/lib/columns.ts";
import { splitSum } from "../../kernels/split_sum.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { elementType, requireSame, requireShape } from "./checks.ts";

const scaled = kernel("layer_scale", layerScaleKernel);
const dsums = kernel("layer_scale_dsums", columnChunks);
const sumChunks = kernel("layer_scale_dmerge", splitSum);

/**
 * y = x * scale, a factor for each channel, plus `z` if there is one (torchvision's CNBlock). Saves x and scale.
 * @param x [..., C] with C a multiple of 4
 * @param scale [C], f32
 * @throws TypeError if the shapes do not fit
 */
export function layerScale(x: Tensor, scale: Tensor, z?: Tensor): Tensor {
  const type = elementType("layer_scale", x), channels = x.shape.at(-1)!, rows = x.size / channels;
  requireShape("layer_scale", "scale", scale, "[C]", [channels]);
  if (z) requireSame("layer_scale", { x, z });
  const options = { type, rows, channels, added: false };
  const y = x.like("layer_scale");
  scaled.run({ x, scale, y, ...(z && { z }) }, { ...options, added: z !== undefined });
  return record("layer_scale", [x, scale, ...(z ? [z] : [])], y, (dy) => [
    () => {
      const dx = gradientFor(x);
      scaled.run({ x: dy, scale, y: dx }, options);
      return dx;
    },
    () => {
      const dscale = gradientFor(scale); // [C]
      const partial = empty(x.device, [chunkCount(rows), channels], "f32", "layer_scale chunks");
      dsums.run({ dy, x, partial }, { type, rows, channels, sums: "dy * x" });
      sumChunks.run({ partial, sum: dscale }, { type: "f32", count: channels });
      return dscale;
    },
    ...(z ? [() => dy] : []),
  ]);
}
