/** The forms of an op's tensors: PyTorch's layout in the files, wgrad's padded layout on the GPU. */
import { elements, roundUp, type Shape } from "../base/shape.ts";
import type { DType, TensorData } from "../core/tensor.ts";
import { engineShape, imagesToEngine, imagesToTorch, type Layout, toEngine, toTorch } from "../nn/layout.ts";

/** The form of a tensor; shapes are PyTorch's. */
export interface Form {
  readonly dtype: DType;
  /** PyTorch's axes, for messages. */
  readonly axes: string;
  accepts(torch: Shape): boolean;
  /** wgrad's shape. */
  shape(torch: Shape): Shape;
  /** Converts PyTorch's values to wgrad's. */
  encode(torch: Shape, values: ArrayLike<number>): TensorData;
  /** Converts wgrad's values to PyTorch's. */
  decode(torch: Shape, values: Float32Array): ArrayLike<number>;
}

/** Images [N, C, H, W]: channels last and padded. */
export const image: Form = {
  dtype: "f32",
  axes: "[N, C, H, W]",
  accepts: ({ length }) => length === 4,
  shape: ([n, c, h, w]) => [n, h, w, roundUp(c, 4)],
  encode: imagesToEngine,
  decode: imagesToTorch,
};

/** Rows [N, C]: padded. */
export const rows: Form = {
  dtype: "f32",
  axes: "[N, C]",
  accepts: ({ length }) => length === 2,
  shape: ([n, c]) => [n, roundUp(c, 4)],
  encode: ([n, c], values) => imagesToEngine([n, c, 1, 1], values),
  decode: ([n, c], values) => imagesToTorch([n, c, 1, 1], values),
};

/** Filters [K, C, R, S]. */
export const filter: Form = parameter("filter", "[K, C, R, S]", 4);
/** Filters of a depthwise convolution, [C, 1, R, S]. */
export const depthwise: Form = parameter("depthwise", "[C, 1, R, S]", 4);
/** Weights of a linear layer, [K, C]. */
export const matrix: Form = parameter("matrix", "[K, C]", 2);
/** A value for each channel, [C]. */
export const vector: Form = parameter("vector", "[C]", 1);

function parameter(layout: Layout, axes: string, rank: number): Form {
  return {
    dtype: "f32",
    axes,
    accepts: ({ length }) => length === rank,
    shape: (torch) => engineShape(layout, torch),
    encode: (torch, values) => toEngine(layout, torch, values),
    decode: (torch, values) => toTorch(layout, torch, values),
  };
}

/** A loss: no axes in PyTorch (some files say [1]), [1] here. */
export const scalar: Form = {
  dtype: "f32",
  axes: "[]",
  accepts: (torch) => elements(torch) === 1,
  shape: () => [1],
  encode: (_, values) => Float32Array.from(values),
  decode: (_, values) => values,
};

/** A value for each row, [N]. */
export const column: Form = {
  dtype: "f32",
  axes: "[N]",
  accepts: ({ length }) => length === 1,
  shape: (torch) => torch,
  encode: (_, values) => Float32Array.from(values),
  decode: (_, values) => values,
};

/** Class indices [N]. */
export const labels: Form = {
  dtype: "u32",
  axes: "[N]",
  accepts: ({ length }) => length === 1,
  shape: (torch) => torch,
  encode: (_, values) => Uint32Array.from(values),
  decode: (_, values) => values,
};
