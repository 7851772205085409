/**
 * What can precede a network in its ONNX file: the normalisation, or the whole preparation, from 8-bit pixels of any
 * size. The resize is identical to Pillow's antialiased bilinear one. ONNX's own Resize could not express that before
 * version 18 of the operators, and still has no 8-bit rounding between its two passes. So the weights of each output
 * pixel are computed in the graph, and a resize with its crop is two matrix products in f64, in which sums of 8-bit
 * levels times 22-bit weights are exact.
 */
import type { Shape } from "../../base/shape.ts";
import type { Attribute, ElementType, Initializer, OnnxNode } from "./model.ts";

/** Mean and standard deviation of values in 0 .. 1, in the order R, G, B. */
export interface InputNormalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What the input is, which determines what the graph does before the network. */
export type Preparation =
  /** [N, 3, H, W] f32, normalised by the caller. */
  | { readonly input: "normalized" }
  /** [N, 3, H, W] f32 in 0 .. 1. */
  | { readonly input: "unit"; readonly normalization: InputNormalization }
  /** [N, any height, any width, 3] u8: resized, cropped and normalised here. */
  | {
    readonly input: "pixels";
    readonly normalization: InputNormalization;
    readonly resize: InputResize;
  };

/** The shorter side after a resize, or [height, width]; null: no resize. */
export type InputResize = number | readonly [height: number, width: number] | null;

/** The nodes before a network. */
export interface Prepared {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  /** The model's input: its type, and its shape without the batch. */
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
  /** The tensor that the network reads. */
  readonly output: string;
}

/** The nodes that convert the model's input to the network's images [N, 3, size, size]. */
export function prepareInput(preparation: Preparation, input: string, size: number): Prepared {
  const graph = new Builder();
  const { nodes, initializers } = graph;
  const images = { type: "f32", shape: [3, size, size] } as const;
  if (preparation.input === "normalized") return { nodes, initializers, ...images, output: input };
  if (preparation.input === "unit") {
    return { nodes, initializers, ...images, output: normalize(graph, preparation.normalization, input) };
  }
  const pixels = resizeAndCrop(graph, input, preparation.resize, size);
  const unit = graph.add("Div", "preprocess.unit", [
    graph.add("Cast", "preprocess.f32", [pixels], { to: 1 }),
    graph.f32("preprocess.255", [], [255]),
  ]);
  const output = normalize(graph, preparation.normalization, unit);
  return { nodes, initializers, type: "u8", shape: ["height", "width", 3], output };
}

function normalize(graph: Builder, { mean, std }: InputNormalization, input: string): string {
  const centred = graph.add("Sub", "normalize.centred", [
    input,
    graph.f32("normalize.mean", [1, 3, 1, 1], mean),
  ]);
  return graph.add("Div", "normalize", [centred, graph.f32("normalize.std", [1, 3, 1, 1], std)]);
}

/** Fractional bits of a weight: Pillow's PRECISION_BITS. */
const BITS = 32 - 8 - 2;

/** [N, H, W, 3] u8 to levels [N, 3, size, size] f64: resized, then centre-cropped. */
function resizeAndCrop(graph: Builder, input: string, resize: InputResize, size: number): string {
  const shape = graph.add("Shape", "preprocess.shape", [input]);
  const side = (name: string, axis: number) =>
    graph.add("Gather", `preprocess.${name}`, [shape, graph.i64(`preprocess.axis${axis}`, axis)], {
      axis: 0,
    });
  const height = side("height", 1), width = side("width", 2);
  // The shorter side becomes `resize`, the longer one resize * long / short, truncated to an integer and never below
  // it.
  const target = (name: "height" | "width", own: string, other: string) => {
    if (resize === null) return own;
    if (typeof resize === "object") {
      return graph.i64(`preprocess.resize.${name}`, resize[name === "height" ? 0 : 1]);
    }
    const wanted = graph.i64("preprocess.resize", resize);
    const product = graph.add("Mul", `preprocess.${name}.product`, [wanted, own]);
    return graph.add("Max", `preprocess.${name}.target`, [
      wanted,
      graph.add("Div", `preprocess.${name}.quotient`, [product, other]),
    ]);
  };
  const rows = filter(graph, "preprocess.rows", height, target("height", height, width), size);
  const columns = filter(graph, "preprocess.columns", width, target("width", width, height), size);
  const planes = graph.add("Transpose", "preprocess.planes", [input], { perm: [0, 3, 1, 2] });
  const levels = graph.add("Cast", "preprocess.levels", [planes], { to: 11 });
  const across = graph.add("Transpose", "preprocess.columns.transposed", [columns], { perm: [1, 0] });
  const wide = rounded(
    graph,
    "preprocess.wide",
    graph.add("MatMul", "preprocess.wide.sum", [levels, across]),
  );
  return rounded(graph, "preprocess.square", graph.add("MatMul", "preprocess.square.sum", [rows, wide]));
}

/** Converts sums of levels times fixed-point weights back to levels. */
function rounded(graph: Builder, name: string, sums: string): string {
  const half = graph.add("Add", `${name}.half`, [sums, graph.f64("preprocess.half", 2 ** (BITS - 1))]);
  const shifted = graph.add("Div", `${name}.shifted`, [half, graph.f64("preprocess.one", 2 ** BITS)]);
  const floor = graph.add("Floor", `${name}.floor`, [shifted]);
  return graph.add("Min", name, [floor, graph.f64("preprocess.white", 255)]);
}

/**
 * The weights [size, from] of the middle `size` positions of an axis that is resized from `from` to `to` positions: a
 * triangle as wide as the scale around each position's centre, in fixed point. Positions outside have weight 0, so
 * that padding is black.
 */
function filter(graph: Builder, name: string, from: string, to: string, size: number): string {
  const add = (op: string, part: string, inputs: readonly string[], attributes = {}) =>
    graph.add(op, `${name}.${part}`, inputs, attributes);
  const zero = graph.f64("preprocess.0", 0), half = graph.f64("preprocess.0.5", 0.5);
  const one = graph.f64("preprocess.1", 1), two = graph.f64("preprocess.2", 2);
  const before = add("Cast", "from", [from], { to: 11 }), after = add("Cast", "to", [to], { to: 11 });
  const scale = add("Div", "scale", [before, after]);
  const support = add("Max", "support", [scale, one]);
  // Where the crop starts: half of the excess, rounded to even; rounded up if padding is needed.
  const over = add("Sub", "over", [after, graph.f64("preprocess.crop", size)]);
  const middle = add("Div", "middle", [over, two]);
  const start = add("Where", "start", [
    add("Less", "pads", [over, zero]),
    add("Ceil", "padded", [middle]),
    add("Round", "cut", [middle]),
  ]);
  const positions = graph.f64("preprocess.positions", Float64Array.from({ length: size }, (_, i) => i), [
    size,
    1,
  ]);
  const position = add("Add", "position", [positions, start]); // [size, 1]
  const centre = add("Mul", "centre", [add("Add", "position.middle", [position, half]), scale]);
  const range = add("Range", "range", [
    graph.i64("preprocess.axis0", 0),
    from,
    graph.i64("preprocess.axis1", 1),
  ]);
  const offset = add("Sub", "offset", [add("Cast", "index", [range], { to: 11 }), centre]); // [size, from]
  const distance = add("Mul", "distance", [
    add("Add", "offset.middle", [offset, half]),
    add("Div", "support.inverse", [one, support]),
  ]);
  const triangle = add("Max", "triangle", [
    add("Sub", "slope", [one, add("Abs", "distance.abs", [distance])]),
    zero,
  ]);
  const sum = add("ReduceSum", "sum", [triangle, graph.i64("preprocess.last", -1, [1])], { keepdims: 1 });
  const share = add("Mul", "fixed", [
    add("Div", "share", [triangle, sum]),
    graph.f64("preprocess.one", 2 ** BITS),
  ]);
  const fixed = add("Floor", "weights", [add("Add", "weights.half", [share, half])]);
  const inside = add("And", "inside", [
    add("GreaterOrEqual", "inside.from", [position, zero]),
    add("Less", "inside.to", [position, after]),
  ]);
  return graph.add("Where", name, [inside, fixed, zero]);
}

/** Collects nodes, and each constant once. */
class Builder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];

  /** Adds a node with one output named after it. */
  add(
    op: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    this.nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }

  f32(name: string, shape: Shape, values: readonly number[]): string {
    return this.#constant({ name, type: "f32", shape, values: () => Float32Array.from(values) });
  }

  f64(name: string, value: number | Float64Array, shape: Shape = []): string {
    return this.#constant({
      name,
      type: "f64",
      shape,
      values: () => typeof value === "number" ? Float64Array.of(value) : value,
    });
  }

  i64(name: string, value: number, shape: Shape = []): string {
    return this.#constant({ name, type: "i64", shape, values: () => BigInt64Array.of(BigInt(value)) });
  }

  #constant(constant: Initializer): string {
    if (!this.initializers.some(({ name }) => name === constant.name)) this.initializers.push(constant);
    return constant.name;
  }
}
