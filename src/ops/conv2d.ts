import type { WgradOptions } from "../../kernels/conv2d_wgrad.ts";
import { dgradAxes, forwardAxis } from "../../kernels/lib/gemm_axis.ts";
import { formatShape } from "../base/shape.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { describe, elementType, imageShape, requireShape } from "./checks.ts";
import { biasGradient, dgradFilter, product, weightGradient } from "./products.ts";

const forward = product("conv2d_forward");
const dgrad = product("conv2d_dgrad");
const wgrad = weightGradient("conv2d_wgrad"), db = biasGradient("conv2d");

/** How a filter moves over an image: by default pixel by pixel, without padding, over all channels. */
export interface Conv2dOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/**
 * y[n, p, q, k] = sum of x[n, p * stride - padding + r, q * stride - padding + s, c] * w[r, s, c, k]
 * (torch.nn.functional.conv2d, channels last), plus bias[k] if there is one. With groups, the channels of y and x are divided into as
 * many, and a channel k reads those of its own group. Saves x and w.
 * @param x [N, H, W, C] with C / groups a multiple of 4
 * @param w [R, S, C / groups, K] with K / groups a multiple of 4
 * @param bias [K], f32
 * @returns y [N, P, Q, K] with P = floor((H + 2 * padding - R) / stride) + 1
 * @throws TypeError if the shapes do not fit
 */
export function conv2d(x: Tensor, w: Tensor, options: Conv2dOptions = {}, bias?: Tensor): Tensor {
  return convolve(x, w, options, false, bias).y;
}

/** The output of a convolution that precedes a batch norm. */
export interface Measured {
  readonly y: Tensor;
  /** For chunks of y: rows, mean, rounding error of the mean, squared deviations; [chunks, 4, K] f32. */
  readonly statistics: Tensor;
}

/** {@link conv2d}, which also computes the statistics of y that batchNorm() needs in training. */
export function conv2dMeasured(x: Tensor, w: Tensor, options: Conv2dOptions = {}): Measured {
  const { y, statistics } = convolve(x, w, options, true);
  return { y, statistics: statistics! };
}

function convolve(x: Tensor, w: Tensor, options: Conv2dOptions, measured: boolean, bias?: Tensor) {
  const { stride = 1, padding = 0, groups = 1 } = options;
  const type = elementType("conv2d", x);
  const { n, h, w: width, c } = imageShape("conv2d", "x", x);
  const [r, s, channels, k] = filterShape(x, w);
  requireGroups(x, w, groups);
  if (channels !== c / groups) {
    const each = groups === 1 ? "" : ` in each of ${groups} groups`;
    throw new TypeError(
      `Cannot run conv2d: weight must have ${c / groups} input channels${each} to match x ${
        formatShape(x.shape)
      }, current weight is ${formatShape(w.shape)}`,
    );
  }
  const rows = forwardAxis(h, r, stride, padding), cols = forwardAxis(width, s, stride, padding);
  if (rows.output < 1 || cols.output < 1) {
    throw new TypeError(
      `Cannot run conv2d: x ${formatShape(x.shape)} with padding ${padding} is smaller than weight ` +
        `${formatShape(w.shape)}; use larger images`,
    );
  }
  const y = empty(x.device, [n, rows.output, cols.output, k], x.dtype, "conv2d");
  const sizes = { type, batch: n, rows, cols, channels: c, outputs: k, groups };
  if (bias) requireShape("conv2d", "bias", bias, "[K]", [k]);
  const added = { statistics: measured, bias: bias !== undefined };
  const statistics = forward({ x, w, y, ...(bias && { bias }) }, { ...sizes, ...added });
  const geometry: WgradOptions = {
    type,
    batch: n,
    input: [h, width],
    output: [rows.output, cols.output],
    filter: [r, s],
    stride,
    padding,
    channels: c,
    outputs: k,
    groups,
  };
  record("conv2d", [x, w, ...(bias ? [bias] : [])], y, (dy) => [
    () => dx(x, w, dy, geometry),
    () => wgrad(x, dy, w, geometry),
    ...(bias ? [() => db(dy, bias)] : []),
  ]);
  return { y, statistics };
}

/** The four sizes of a filter. */
function filterShape(x: Tensor, w: Tensor): readonly number[] {
  if (w.shape.length !== 4 || w.shape[3] % 4 !== 0 || w.dtype !== x.dtype) {
    throw new TypeError(
      `Cannot run conv2d: ${describe("weight", w)} must have the axes [R, S, C, K], K a multiple of 4, ` +
        `and the type of ${describe("x", x)}`,
    );
  }
  return w.shape;
}

/** @throws TypeError unless the channels of x and of y divide into groups of multiples of 4 */
function requireGroups(x: Tensor, w: Tensor, groups: number): void {
  const [c, k] = [x.shape[3], w.shape[3]];
  if (groups === 1 || [c, k].every((channels) => channels % (4 * groups) === 0)) return;
  throw new TypeError(
    `Cannot run conv2d: each of ${groups} groups must have a multiple of 4 channels of x ${
      formatShape(x.shape)
    } and of weight ${formatShape(w.shape)}; use fewer groups, or other channels`,
  );
}

/** The gradient of x: products of dy with the transposed filter, one for each parity of row and column. */
function dx(x: Tensor, w: Tensor, dy: Tensor, o: WgradOptions): Tensor {
  const gradient = gradientFor(x), { groups = 1 } = o, filter = dgradFilter(w, groups);
  for (const rows of dgradAxes(o.input[0], o.output[0], o.filter[0], o.stride, o.padding)) {
    for (const cols of dgradAxes(o.input[1], o.output[1], o.filter[1], o.stride, o.padding)) {
      const sizes = { type: o.type, batch: o.batch, channels: o.outputs, outputs: o.channels, groups };
      const { transposed } = filter;
      dgrad({ x: dy, w: filter.w, y: gradient }, { ...sizes, rows, cols, transposed });
    }
  }
  return gradient;
}
