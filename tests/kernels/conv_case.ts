/** What the tests of convolution kernels share: random inputs as they lie on the GPU, and the options of the products. */
import type { TiledWgradOptions } from "../../kernels/conv2d_wgrad_tiled.ts";
import type { TiledGemmOptions } from "../../kernels/implicit_gemm_tiled.ts";
import { dgradAxes, forwardAxis, type GemmAxis } from "../../kernels/lib/gemm_axis.ts";
import type { ElementType } from "../../kernels/lib/source.ts";
import type { Tile } from "../../kernels/lib/tile.ts";
import { elements, type Shape } from "../../src/base/shape.ts";
import type { Device } from "../../src/core/device.ts";
import { type DType, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { noise } from "../ops/op_case.ts";
import { convOutput, type ConvShape, filterShape } from "../reference/conv2d.ts";

/** Random numbers, rounded to the type. */
export function stored(type: ElementType, shape: Shape, name: string, scale = 1): Float64Array {
  const values = noise(shape, name).map((value) => value * scale);
  return Float64Array.from(type === "f16" ? Float16Array.from(values) : Float32Array.from(values));
}

/** A tensor of NaN, so that what a kernel forgets to write shows. */
export function blank(device: Device, shape: Shape, dtype: DType = "f32"): Tensor {
  return tensorOf(device, new Array(elements(shape)).fill(NaN), shape, dtype, "blank");
}

/** The shapes of x, w and y. */
export function shapesOf(shape: ConvShape): { x: Shape; w: Shape; y: Shape } {
  const { n, h, w, c, k } = shape, { p, q } = convOutput(shape);
  return { x: [n, h, w, c], w: filterShape(shape), y: [n, p, q, k] };
}

/** Rows and columns of a product. */
interface Axes {
  readonly rows: GemmAxis;
  readonly cols: GemmAxis;
}

/** Rows and columns of the forward product. */
function forwardAxes({ h, w, r, s, stride, padding }: ConvShape): Axes {
  return { rows: forwardAxis(h, r, stride, padding), cols: forwardAxis(w, s, stride, padding) };
}

/** The options of a forward product without bias. */
export function forwardOptions(shape: ConvShape, tile: Tile, type: ElementType = "f32"): TiledGemmOptions {
  return {
    type,
    batch: shape.n,
    ...forwardAxes(shape),
    channels: shape.c,
    outputs: shape.k,
    groups: shape.groups ?? 1,
    bias: false,
    tile,
  };
}

/** Rows and columns of the dgrad products over dy, one for each parity of row and column. */
export function dgradAxesOf(shape: ConvShape): Axes[] {
  const { h, w, r, s, stride, padding } = shape, { p, q } = convOutput(shape);
  const cols = dgradAxes(w, q, s, stride, padding);
  return dgradAxes(h, p, r, stride, padding).flatMap((rows) => cols.map((cols) => ({ rows, cols })));
}

/** The options of the product that is dw. */
export function wgradOptions(shape: ConvShape, tile: Tile, type: ElementType = "f32"): TiledWgradOptions {
  const { n, h, w, c, r, s, k, stride, padding, groups = 1 } = shape, { p, q } = convOutput(shape);
  return {
    type,
    batch: n,
    input: [h, w],
    output: [p, q],
    filter: [r, s],
    stride,
    padding,
    channels: c,
    outputs: k,
    groups,
    tile,
  };
}

/** Mean and variance of each channel from the chunks, as batch_norm_merge.ts merges them, in float64. */
export function mergeChunks(
  partial: Float32Array,
  chunks: number,
  k: number,
): { mean: number; variance: number; rows: number }[] {
  return Array.from({ length: k }, (_, channel) => {
    const parts = Array.from({ length: chunks }, (_, chunk) => {
      const [rows, mean, lost, squares] = [0, 1, 2, 3].map((value) =>
        partial[(chunk * 4 + value) * k + channel]
      );
      return { rows, mean: mean + lost / rows, squares: squares - lost * lost / rows };
    });
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const mean = parts.reduce((sum, part) => sum + part.rows * part.mean, 0) / rows;
    const squares = parts.reduce((sum, part) => sum + part.squares + part.rows * (part.mean - mean) ** 2, 0);
    return { mean, variance: squares / rows, rows };
  });
}
