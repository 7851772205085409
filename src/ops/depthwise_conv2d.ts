import {
  depthwiseChunks,
  depthwiseConv2d as depthwiseKernel,
  type DepthwiseOptions,
} from "../../kernels/depthwise_conv2d.ts";
import { depthwiseConv2dWgrad, depthwiseSlices } from "../../kernels/depthwise_conv2d_wgrad.ts";
import { forwardAxis } from "../../kernels/lib/gemm_axis.ts";
import type { ElementType } from "../../kernels/lib/source.ts";
import { splitSum } from "../../kernels/split_sum.ts";
import { formatShape } from "../base/shape.ts";
import { isSoftware } from "../core/device.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { elementType, imageShape, requireShape } from "./checks.ts";
import type { Conv2dOptions, Measured } from "./conv2d.ts";
import { biasGradient } from "./products.ts";

const forward = kernel("depthwise_forward", depthwiseKernel);
const dgrad = kernel("depthwise_dgrad", depthwiseKernel);
const wgrad = kernel("depthwise_wgrad", depthwiseConv2dWgrad);
const sumSlices = kernel("depthwise_wgrad_sum", splitSum), db = biasGradient("depthwise");

/** Threads among which the sum over pixels is split. */
const THREADS = { software: 2048, gpu: 2 ** 16 };

/**
 * y[n, p, q, c] = sum of x[n, p * stride - padding + r, q * stride - padding + s, c] * w[r, s, c]
 * (torch.nn.functional.conv2d with as many groups as channels, channels last), plus bias[c] if there is one. Saves x
 * and w.
 * @param x [N, H, W, C] with C a multiple of 4
 * @param w [R, S, 1, C]
 * @param bias [C], f32
 * @returns y [N, P, Q, C] with P = floor((H + 2 * padding - R) / stride) + 1
 * @throws TypeError if the shapes do not fit
 */
export function depthwiseConv2d(
  x: Tensor,
  w: Tensor,
  options: Conv2dOptions = {},
  bias?: Tensor,
): Tensor {
  return convolve(x, w, options, false, bias).y;
}

/** {@link depthwiseConv2d}, which also computes the statistics of y that batchNorm() needs in training. */
export function depthwiseConv2dMeasured(x: Tensor, w: Tensor, options: Conv2dOptions = {}): Measured {
  const { y, statistics } = convolve(x, w, options, true);
  return { y, statistics: statistics! };
}

function convolve(x: Tensor, w: Tensor, options: Conv2dOptions, measured: boolean, bias?: Tensor) {
  const sizes = sizesOf(x, w, options), { batch, output, channels } = sizes;
  const y = empty(x.device, [batch, ...output, channels], x.dtype, "depthwise_conv2d"); // [N, P, Q, C]
  const statistics = measured
    ? empty(x.device, [depthwiseChunks(sizes), 4, channels], "f32", "depthwise_conv2d statistics")
    : undefined;
  if (bias) requireShape("depthwise_conv2d", "bias", bias, "[C]", [channels]);
  const others = { y, ...(statistics && { partial: statistics }), ...(bias && { bias }) };
  const added = { statistics: measured, bias: bias !== undefined };
  forward.run({ x, w, ...others }, { ...sizes, pass: "forward", ...added });
  record("depthwise_conv2d", [x, w, ...(bias ? [bias] : [])], y, (dy) => [
    () => {
      const dx = gradientFor(x); // [N, H, W, C]
      dgrad.run({ x: dy, w, y: dx }, { ...sizes, pass: "dgrad" });
      return dx;
    },
    () => dw(x, dy, w, sizes),
    ...(bias ? [() => db(dy, bias)] : []),
  ]);
  return { y, statistics };
}

/** The sizes of a convolution. @throws TypeError if the shapes do not fit */
function sizesOf(x: Tensor, w: Tensor, { stride = 1, padding = 0 }: Conv2dOptions): DepthwiseOptions {
  const type = elementType("depthwise_conv2d", x);
  const { n, h, w: width, c } = imageShape("depthwise_conv2d", "x", x);
  const [r, s] = w.shape;
  requireShape("depthwise_conv2d", "weight", w, "[R, S, 1, C]", [r, s, 1, c]);
  if (w.dtype !== x.dtype) {
    throw new TypeError(
      `Cannot run depthwise_conv2d: weight must be ${x.dtype} like x, current type is ${w.dtype}`,
    );
  }
  const rows = forwardAxis(h, r, stride, padding), columns = forwardAxis(width, s, stride, padding);
  if (rows.output < 1 || columns.output < 1) {
    throw new TypeError(
      `Cannot run depthwise_conv2d: x ${
        formatShape(x.shape)
      } with padding ${padding} is smaller than weight ` +
        `${formatShape(w.shape)}; use larger images`,
    );
  }
  const output = [rows.output, columns.output] as const;
  return { type, batch: n, input: [h, width], output, channels: c, filter: [r, s], stride, padding };
}

/** The gradient of w: partial sums over slices of the rows of dy, then their sum in order. */
function dw(x: Tensor, dy: Tensor, w: Tensor, sizes: DepthwiseOptions): Tensor {
  const gradient = gradientFor(w); // [R, S, 1, C]
  const slices = depthwiseSlices(sizes, isSoftware(x.device.adapter) ? THREADS.software : THREADS.gpu);
  const partial = empty(x.device, [slices, ...w.shape], "f32", "depthwise_wgrad slices");
  wgrad.run({ x, dy, partial }, { ...sizes, slices });
  sumSlices.run({ partial, sum: gradient }, { type: gradient.dtype as ElementType, count: gradient.size });
  return gradient;
}
