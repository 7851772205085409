/**
 * The matrix products behind conv2d and linear: y from x and w, and dw from x and dy. There are three families of
 * kernels, in registers for software adapters, through workgroup memory for GPUs, and on matrix units, where an adapter
 * has them, for f16 and for f32 that is to be split into f16 (`device.matmul`). Each has several tiles, of which the
 * device's choice is run (see core/choice.ts). Narrow groups of channels, which would leave most of a tile empty, are
 * computed in registers on GPUs, too, and groups never on matrix units. Tiles of a family give the same y and dw, bit
 * for bit; the statistics of chunks differ in their last digits, because the chunks differ.
 */
import { columnChunks } from "../../kernels/column_chunks.ts";
import { columnSum } from "../../kernels/column_sum.ts";
import {
  conv2dWgrad,
  GPU_TARGET,
  type WgradOptions,
  wgradSlices,
  wgradTiles,
} from "../../kernels/conv2d_wgrad.ts";
import {
  conv2dWgradTiled,
  tiledWgradSlices,
  WGRAD_TILES,
  wgradTileFits,
} from "../../kernels/conv2d_wgrad_tiled.ts";
import { conv2dWgradMatrix, matrixWgradTiles } from "../../kernels/conv2d_wgrad_matrix.ts";
import {
  type GemmOptions,
  implicitGemm,
  registerChunks,
  registerTiles,
} from "../../kernels/implicit_gemm.ts";
import { implicitGemmMatrix, matrixChunks, matrixGemmTiles } from "../../kernels/implicit_gemm_matrix.ts";
import {
  GEMM_TILES,
  gemmTileFits,
  implicitGemmTiled,
  statisticsChunks,
} from "../../kernels/implicit_gemm_tiled.ts";
import { LARGEST_PARTS, largestMagnitude } from "../../kernels/largest_magnitude.ts";
import { chunkCount } from "../../kernels/lib/columns.ts";
import type { GemmAxis } from "../../kernels/lib/gemm_axis.ts";
import type { OperandSource } from "../../kernels/lib/operand.ts";
import type { ElementType, KernelSource } from "../../kernels/lib/source.ts";
import { splitSum } from "../../kernels/split_sum.ts";
import { transposeFilter } from "../../kernels/transpose_filter.ts";
import { runChosen } from "../core/choice.ts";
import { type Device, isLlvmpipe, isSoftware } from "../core/device.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";

/** A matrix product is a convolution of one-pixel images with a filter of one tap. */
export const PIXEL: GemmAxis = {
  input: 1,
  output: 1,
  image: 1,
  taps: 1,
  start: 0,
  stride: 1,
  offset: 0,
  spacing: 1,
  first: 0,
  every: 1,
  size: 1,
};

/** One way to compute a product. */
interface Variant {
  readonly name: string;
  source(): KernelSource;
  /** Chunks of its statistics, or slices of its sum. */
  readonly parts: number;
}

/**
 * How products in registers work: where their operands are read from, whether lanes share loads, and the maximum number
 * of sums per thread.
 */
interface RegisterStyle {
  readonly operands: OperandSource;
  readonly sharesLoads: boolean;
  readonly sums: number;
}

/**
 * llvmpipe benefits from textures and large tiles; SwiftShader takes too long to compile these for what they gain.
 */
function registerStyle(device: Device): RegisterStyle {
  return isLlvmpipe(device.adapter)
    ? { operands: "texture", sharesLoads: device.sharesLanes, sums: 32 }
    : { operands: "buffer", sharesLoads: false, sums: 8 };
}

/** The most channels of a group that GPUs compute in registers: half of the narrowest tile. */
const NARROW = 16;

/** The families of kernels. */
type Family = "registers" | "workgroup memory" | "matrix units";

/** What decides the family of a product. */
type FamilyOptions = Pick<GemmOptions, "type" | "outputs" | "groups">;

/** The family that computes a product on a device. */
function familyOf(device: Device, o: FamilyOptions): Family {
  const { type, outputs, groups = 1 } = o;
  if (device.matrixUnit && groups === 1 && (type === "f16" || device.matmul === "split")) {
    return "matrix units";
  }
  return isSoftware(device.adapter) || groups > 1 && outputs / groups <= NARROW
    ? "registers"
    : "workgroup memory";
}

/** Whether a product's operands are split: those of f32 on matrix units. */
function isSplit(device: Device, o: FamilyOptions): boolean {
  return o.type === "f32" && familyOf(device, o) === "matrix units";
}

const largestOf = kernel("largest_magnitude", largestMagnitude);

/** For a product that splits its operands, the bits of the largest magnitude of each, [1], by `largest_NAME`. */
export function largestMagnitudes(
  device: Device,
  o: FamilyOptions,
  operands: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  if (!isSplit(device, o)) return {};
  return Object.fromEntries(
    Object.entries(operands).map(([name, x]) => {
      const partial = empty(device, [LARGEST_PARTS], "u32", "largest magnitudes");
      const largest = empty(device, [1], "u32", "largest magnitude");
      largestOf.run({ x, largest: partial }, { vectors: x.size / 4, parts: LARGEST_PARTS });
      largestOf.run({ x: partial, largest }, { vectors: LARGEST_PARTS / 4, parts: 1 });
      return [`largest_${name}`, largest];
    }),
  );
}

/** What tiles on matrix units depend on. */
function matrixOptions({ matrixUnit, gpu }: Device) {
  return { unit: matrixUnit!, memory: gpu.limits.maxComputeWorkgroupStorageSize };
}

/** The ways to compute y = x w that are worth trying on a device, most promising first. */
export function productVariants(device: Device, o: GemmOptions): Variant[] {
  const family = familyOf(device, o);
  if (family === "matrix units") {
    const { unit, memory } = matrixOptions(device);
    return matrixGemmTiles(o, unit, memory).map((tile) => ({
      name: tile.name,
      source: () => implicitGemmMatrix({ ...o, groups: 1, transposed: false, tile, unit }),
      parts: matrixChunks(o, tile),
    }));
  }
  if (family === "registers") {
    const { sums, ...style } = registerStyle(device);
    return registerTiles(o, sums).map((tile) => ({
      name: `${tile.images}x${tile.pixels}x${4 * tile.vectors}`,
      source: () => implicitGemm({ ...o, tile, ...style }),
      parts: registerChunks(o, tile),
    }));
  }
  return GEMM_TILES.filter((tile) => gemmTileFits(o, tile)).map((tile) => ({
    name: tile.name,
    source: () => implicitGemmTiled({ ...o, transposed: false, tile }),
    parts: statisticsChunks(o, tile),
  }));
}

/** The ways to compute dw that are worth trying on a device, most promising first. */
export function weightGradientVariants(device: Device, o: WgradOptions): Variant[] {
  const family = familyOf(device, o);
  if (family === "matrix units") {
    const { unit, memory } = matrixOptions(device);
    return matrixWgradTiles(o, unit, memory).map((tile) => ({
      name: tile.name,
      source: () => conv2dWgradMatrix({ ...o, groups: 1, tile, unit }),
      parts: tiledWgradSlices(o),
    }));
  }
  if (family === "registers") {
    const { operands, sharesLoads } = registerStyle(device);
    const slices = wgradSlices(o, isSoftware(device.adapter) ? undefined : GPU_TARGET);
    return wgradTiles(o).map((tile) => ({
      name: `${tile.pixels}x${4 * tile.inputs}x${4 * tile.vectors}`,
      source: () => conv2dWgrad({ ...o, tile, operands, sharesLoads, slices }),
      parts: slices,
    }));
  }
  return WGRAD_TILES.filter((tile) => wgradTileFits(o, tile)).map((tile) => ({
    name: tile.name,
    source: () => conv2dWgradTiled({ ...o, tile }),
    parts: tiledWgradSlices(o),
  }));
}

/** The tensors of a product. */
export interface ProductTensors {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly y: Tensor;
  readonly bias?: Tensor;
}

/** Runs y = x w; with `statistics` it returns those of y's chunks, [chunks, 4, K] (see batch_norm_statistics). */
export type Product = (tensors: ProductTensors, options: GemmOptions) => Tensor | undefined;

/** The product under the name shown in profiles. */
export function product(name: string): Product {
  const multiply = kernel(name, (variant: Variant) => variant.source());
  return (tensors, o) => {
    const { x, w } = tensors, { device } = x;
    const read = { ...tensors, ...largestMagnitudes(device, o, { x, w }) };
    const candidates = productVariants(device, o).map((variant) => ({
      name: variant.name,
      run() {
        if (!o.statistics) return void multiply.run(read, variant);
        const partial = empty(device, [variant.parts, 4, o.outputs], "f32", `${name} statistics`);
        multiply.run({ ...read, partial }, variant);
        return partial;
      },
    }));
    return runChosen<Tensor | undefined>(device, `${name} ${productKey(device, o)}`, candidates);
  };
}

const transpose = kernel("transpose_filter", transposeFilter);

/**
 * A filter [..., C / groups, K] for dgrad, and its layout. In registers it is used as is, read transposed, because on
 * software adapters a load costs the same from anywhere; through workgroup memory it is a transposed copy
 * [..., K / groups, C], which is cheap compared to the product and is read in whole rows.
 */
export function dgradFilter(w: Tensor, groups = 1): { w: Tensor; transposed: boolean } {
  const [outputs, each] = w.shape.toReversed(), taps = w.shape.slice(0, -2), channels = each * groups;
  const type = w.dtype as ElementType;
  const family = familyOf(w.device, { type, outputs: channels, groups });
  if (family === "registers") return { w, transposed: true };
  const transposed = empty(w.device, [...taps, outputs / groups, channels], w.dtype, "transposed filter");
  const count = taps.reduce((product, side) => product * side, 1);
  transpose.run({ w, transposed }, { type, taps: count, channels, outputs, groups });
  return { w: transposed, transposed: false };
}

/** dw from x and dy, into the gradient of `w`: partial sums over slices of the pixels, then their sum. */
export type WeightGradient = (x: Tensor, dy: Tensor, w: Tensor, options: WgradOptions) => Tensor;

/** The weight gradient under the name shown in profiles. */
export function weightGradient(name: string): WeightGradient {
  const multiply = kernel(name, (variant: Variant) => variant.source());
  const sumSlices = kernel(`${name}_sum`, splitSum);
  return (x, dy, w, o) => {
    const { device } = x, gradient = gradientFor(w);
    const type = gradient.dtype as ElementType;
    const read = { x, dy, ...largestMagnitudes(device, o, { x, dy }) };
    const candidates = weightGradientVariants(device, o).map((variant) => ({
      name: variant.name,
      run() {
        const isDirect = variant.parts === 1 && type === "f32";
        const partial = isDirect
          ? gradient
          : empty(device, [variant.parts, ...w.shape], "f32", `${name} slices`);
        multiply.run({ ...read, partial }, variant);
        if (!isDirect) sumSlices.run({ partial, sum: gradient }, { type, count: gradient.size });
      },
    }));
    runChosen(device, `${name} ${wgradKey(device, o)}`, candidates);
    return gradient;
  };
}

/** The batch size as far as it matters for a choice, rounded up to a power of two. */
function batchKey(batch: number): string {
  return `n${2 ** Math.ceil(Math.log2(batch))}`;
}

function axisKey({ input, output, taps, start, stride, spacing }: GemmAxis): string {
  return `${input}>${output}/${taps}@${start}${stride > 1 ? `s${stride}` : ""}${
    spacing > 1 ? `d${spacing}` : ""
  }`;
}

function channelsKey({ channels, outputs, groups = 1 }: GemmOptions | WgradOptions): string {
  return `${channels}>${outputs}${groups > 1 ? `g${groups}` : ""}`;
}

function typeKey(device: Device, o: FamilyOptions): string {
  return isSplit(device, o) ? `split ${o.type}` : o.type;
}

function productKey(device: Device, o: GemmOptions): string {
  return `${typeKey(device, o)} ${batchKey(o.batch)} ${axisKey(o.rows)} ${axisKey(o.cols)} ${channelsKey(o)}`;
}

function wgradKey(device: Device, o: WgradOptions): string {
  const sizes = `${o.input.join("x")}>${o.output.join("x")} ${o.filter.join("x")}/${o.stride}`;
  return `${typeKey(device, o)} ${batchKey(o.batch)} ${sizes} ${channelsKey(o)}`;
}

/** Rows up to which their sum is not split. */
const FEW_ROWS = 512;

/** db = the sum of dy [..., K] over all but the last axis, into the gradient of a bias [K], under an op's name. */
export function biasGradient(op: string): (dy: Tensor, b: Tensor) => Tensor {
  const sumColumns = kernel(`${op}_column_sum`, columnSum), sumChunks = kernel(`${op}_bias_sum`, splitSum);
  const chunks = kernel(`${op}_bias_chunks`, columnChunks);
  return (dy, b) => {
    const gradient = gradientFor(b), type = dy.dtype as ElementType; // [K]
    const channels = b.size, rows = dy.size / channels;
    if (rows <= FEW_ROWS) {
      sumColumns.run({ x: dy, sum: gradient }, { type, columns: channels });
      return gradient;
    }
    const partial = empty(dy.device, [chunkCount(rows), channels], "f32", `${op} bias chunks`);
    chunks.run({ dy, partial }, { type, rows, channels, sums: "dy" });
    sumChunks.run({ partial, sum: gradient }, { type: "f32", count: channels });
    return gradient;
  };
}

/** The sizes of a product: x [rows, channels], w [..., channels, outputs], y [rows, outputs]. */
export interface MatrixProduct {
  readonly type: ElementType;
  readonly rows: number;
  readonly channels: number;
  readonly outputs: number;
}

/** The product's passes. */
export interface MatrixPasses {
  forward(tensors: ProductTensors, sizes: MatrixProduct): void;
  /** dx = dy w^T. */
  dx(tensors: { readonly dy: Tensor; readonly w: Tensor; readonly dx: Tensor }, sizes: MatrixProduct): void;
  /** dw = x^T dy, into the gradient of w. */
  dw(tensors: { readonly x: Tensor; readonly dy: Tensor; readonly w: Tensor }, sizes: MatrixProduct): Tensor;
  /** db = sum of dy over the rows, into the gradient of b. */
  db(tensors: { readonly dy: Tensor; readonly b: Tensor }): Tensor;
}

/** The product of an op, whose name is shown in profiles. */
export function matrixProduct(op: string): MatrixPasses {
  const forward = product(`${op}_forward`), dgrad = product(`${op}_dgrad`);
  const wgrad = weightGradient(`${op}_wgrad`), db = biasGradient(op);
  const sides = { rows: PIXEL, cols: PIXEL };
  return {
    forward(tensors, { type, rows, channels, outputs }) {
      forward(tensors, { type, batch: rows, ...sides, channels, outputs, bias: tensors.bias !== undefined });
    },
    dx({ dy, w, dx }, { type, rows, channels, outputs }) {
      const { w: filter, transposed } = dgradFilter(w);
      const options = { type, batch: rows, ...sides, channels: outputs, outputs: channels, transposed };
      dgrad({ x: dy, w: filter, y: dx }, options);
    },
    dw({ x, dy, w }, { type, rows, channels, outputs }) {
      const pixel = [1, 1] as const;
      const geometry = { input: pixel, output: pixel, filter: pixel, stride: 1, padding: 0 };
      return wgrad(x, dy, w, { type, batch: rows, ...geometry, channels, outputs });
    },
    db: ({ dy, b }) => db(dy, b),
  };
}
