import { type ApplyOptions, batchNormApply } from "../../kernels/batch_norm_apply.ts";
import { batchNormDgrad } from "../../kernels/batch_norm_dgrad.ts";
import { batchNormDmerge } from "../../kernels/batch_norm_dmerge.ts";
import { batchNormDsums } from "../../kernels/batch_norm_dsums.ts";
import { batchNormMerge } from "../../kernels/batch_norm_merge.ts";
import { batchNormStatistics } from "../../kernels/batch_norm_statistics.ts";
import { chunkCount } from "../../kernels/lib/columns.ts";
import { formatShape } from "../base/shape.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { elementType, imageShape, requireShape } from "./checks.ts";

const statistics = kernel("batch_norm_statistics", batchNormStatistics);
const merge = kernel("batch_norm_merge", batchNormMerge);
const apply = kernel("batch_norm_apply", batchNormApply);
const dsums = kernel("batch_norm_dsums", batchNormDsums);
const dmerge = kernel("batch_norm_dmerge", batchNormDmerge);
const dgrad = kernel("batch_norm_dgrad", batchNormDgrad);

/** The parameters and running statistics of a batch norm, all f32 [C]. */
export interface BatchNormTensors {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}

/** How a batch is normalised. */
export interface BatchNormOptions {
  /** Normalise by the batch and move the running statistics, or normalise by the running statistics. */
  readonly training: boolean;
  readonly eps?: number;
  readonly momentum?: number;
}

/**
 * y = (x - mean) / sqrt(var + eps) * weight + bias for each channel (torch.nn.functional.batch_norm, channels last).
 * In training mean and biased variance go over N, H and W; the running variance takes the unbiased one. Saves x,
 * and in training the batch's mean and inverse standard deviation.
 * @param x [N, H, W, C], in training with N * H * W > 1
 */
export function batchNorm(
  x: Tensor,
  tensors: BatchNormTensors,
  { training, eps = 1e-5, momentum = .1 }: BatchNormOptions,
): Tensor {
  const type = elementType("batch_norm", x);
  const { n, h, w, c } = imageShape("batch_norm", "x", x);
  for (const [name, tensor] of Object.entries(tensors)) requireShape("batch_norm", name, tensor, "[C]", [c]);
  const rows = n * h * w;
  const { weight, bias, runningMean, runningVar } = tensors;
  let mean = runningMean, spread = runningVar;
  if (training) {
    if (rows === 1) {
      throw new TypeError(
        `Cannot run batch_norm as training needs more than one value a channel: x is ${
          formatShape(x.shape)
        }, ` +
          `use a larger batch or data.drop_last=true`,
      );
    }
    mean = empty(x.device, [c], "f32", "batch mean");
    spread = empty(x.device, [c], "f32", "batch inverse deviation");
    const partial = empty(x.device, [chunkCount(rows), 4, c], "f32", "batch norm chunks");
    statistics.run({ x, partial }, { type, rows, channels: c });
    const running = { running_mean: runningMean, running_var: runningVar };
    merge.run({ partial, mean, inv_std: spread, ...running }, { channels: c, eps, momentum });
  }
  const options: ApplyOptions = { type, count: x.size, channels: c, eps, variance: !training };
  const y = x.like("batch_norm");
  apply.run({ x, mean, spread, weight, bias, y }, options);
  return record(
    "batch_norm",
    [x, weight, bias],
    y,
    (dy) => backward(x, weight, bias, mean, spread, dy, options),
  );
}

/** The gradients of x, weight and bias. */
function backward(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  mean: Tensor,
  spread: Tensor,
  dy: Tensor,
  o: ApplyOptions,
) {
  let sums: { dweight: Tensor; dbias: Tensor } | undefined;
  const reduced = () => {
    if (sums) return sums;
    sums = { dweight: gradientFor(weight), dbias: gradientFor(bias) };
    const partial = empty(
      x.device,
      [chunkCount(o.count / o.channels), 2, o.channels],
      "f32",
      "batch norm chunks",
    );
    dsums.run({ x, dy, mean, spread, partial }, o);
    dmerge.run({ partial, ...sums }, { channels: o.channels });
    return sums;
  };
  const dx = () => {
    const gradient = gradientFor(x);
    const training = o.variance ? {} : { x, mean, ...reduced() };
    dgrad.run({ dy, spread, weight, dx: gradient, ...training }, o);
    return gradient;
  };
  return [dx, () => reduced().dweight, () => reduced().dbias];
}
