import { batchNormDmerge } from "../../kernels/batch_norm_dmerge.ts";
import { columnChunks } from "../../kernels/column_chunks.ts";
import { layerNormDgrad } from "../../kernels/layer_norm_dgrad.ts";
import { layerNormForward } from "../../kernels/layer_norm_forward.ts";
import { chunkCount, parallelLanes, SERIAL } from "../../kernels/lib/columns.ts";
import { PARALLEL_PIXELS, SERIAL_PIXELS } from "../../kernels/lib/pixel_lanes.ts";
import { isSoftware } from "../core/device.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { elementType, requireShape } from "./checks.ts";

const forward = kernel("layer_norm_forward", layerNormForward);
const dgrad = kernel("layer_norm_dgrad", layerNormDgrad);
const dsums = kernel("layer_norm_dsums", columnChunks);
const dmerge = kernel("layer_norm_dmerge", batchNormDmerge);

/**
 * y = (x - mean) / sqrt(var + eps) * weight + bias, mean and biased variance over the channels of each pixel
 * (torch.nn.functional.layer_norm over the last axis). Saves x and a mean and an inverse standard deviation a pixel.
 * @param x [..., C] with C a multiple of 4
 * @param weight [C], f32
 * @param bias [C], f32
 * @throws TypeError if the shapes do not fit
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, { eps = 1e-5 } = {}): Tensor {
  const type = elementType("layer_norm", x), channels = x.shape.at(-1)!, rows = x.size / channels;
  for (const [name, tensor] of Object.entries({ weight, bias })) {
    requireShape("layer_norm", name, tensor, "[C]", [channels]);
  }
  const software = isSoftware(x.device.adapter);
  const options = { type, rows, channels, eps, lanes: software ? SERIAL_PIXELS : PARALLEL_PIXELS };
  const y = x.like("layer_norm"), moments = empty(x.device, [rows, 2], "f32", "layer_norm moments");
  forward.run({ x, weight, bias, y, moments }, options);
  return record("layer_norm", [x, weight, bias], y, (dy) => {
    let sums: { dweight: Tensor; dbias: Tensor } | undefined;
    const reduced = () => {
      if (sums) return sums;
      const partial = empty(x.device, [chunkCount(rows), 2, channels], "f32", "layer_norm chunks");
      dsums.run({ dy, x, moments, partial }, { type, rows, channels, sums: "dy, dy * xhat" });
      sums = { dweight: gradientFor(weight), dbias: gradientFor(bias) };
      dmerge.run({ partial, ...sums }, { channels, lanes: software ? SERIAL : parallelLanes(channels) });
      return sums;
    };
    return [
      () => {
        const dx = gradientFor(x);
        dgrad.run({ x, dy, weight, moments, dx }, options);
        return dx;
      },
      () => reduced().dweight,
      () => reduced().dbias,
    ];
  });
}
