/**
 * Pillow's antialiased resize, bilinear or bicubic, with a centre crop, as nodes that take images of any size. ONNX's own Resize
 * has no antialiasing before version 18 of the operators, and no 8-bit rounding between its two passes. So the graph
 * computes the weights of each output pixel from the image's size, and a pass is a matrix product.
 */
import type { GraphBuilder } from "./graph_builder.ts";
import type { Arithmetic, ResizeFilter } from "./resize_arithmetic.ts";
import { exact } from "./resize_exact.ts";
import { portable } from "./resize_portable.ts";

export type { ResizeFilter } from "./resize_arithmetic.ts";

/** The shorter side after a resize, or [height, width]; null: no resize. */
export type InputResize = number | readonly [height: number, width: number] | null;

const forms = { portable, exact };

/** portable: in f32, which all runtimes have; exact: in f64, for images of any size. */
export type ResizeForm = keyof typeof forms;

/** A resize of images. */
export interface ImageResize {
  readonly resize: InputResize;
  readonly interpolation: ResizeFilter;
  readonly form: ResizeForm;
}

/** [N, H, W, 3] u8 to levels [N, 3, size, size] f32: resized, then centre-cropped. */
export function resizeAndCrop(
  graph: GraphBuilder,
  input: string,
  { resize, interpolation, form }: ImageResize,
  size: number,
): string {
  const arithmetic = forms[form];
  const shape = graph.add("Shape", "preprocess.shape", [input]);
  const side = (name: string, axis: number) =>
    graph.add("Gather", `preprocess.${name}`, [shape, graph.scalar("i64", axis)], { axis: 0 });
  const height = side("height", 1), width = side("width", 2);
  const filter = (axis: string, from: string, to: string) =>
    weightsOf(graph, arithmetic, axis, { from, to, size, interpolation });
  const rows = filter("rows", height, target(graph, "height", height, width, resize));
  const columns = filter("columns", width, target(graph, "width", width, height, resize));
  const planes = graph.add("Transpose", "preprocess.planes", [input], { perm: [0, 3, 1, 2] });
  const levels = graph.cast("preprocess.levels", planes, arithmetic.type);
  const across = columns.map((digit) => {
    const transposed = graph.add("Transpose", `${digit}.transposed`, [digit], { perm: [1, 0] });
    return graph.add("MatMul", `${digit}.sum`, [levels, transposed]);
  });
  const wide = arithmetic.rounded(graph, "preprocess.wide", across);
  const down = rows.map((digit) => graph.add("MatMul", `${digit}.sum`, [digit, wide]));
  const square = arithmetic.rounded(graph, "preprocess.square", down);
  return arithmetic.type === "f32" ? square : graph.cast("preprocess.square.f32", square, "f32");
}

/**
 * A side after the resize: the shorter one becomes `resize`, the longer one resize * long / short, truncated to an
 * integer and never below it.
 */
function target(
  graph: GraphBuilder,
  name: "height" | "width",
  own: string,
  other: string,
  resize: InputResize,
): string {
  if (resize === null) return own;
  if (typeof resize === "object") return graph.scalar("i64", resize[name === "height" ? 0 : 1]);
  const wanted = graph.scalar("i64", resize);
  const product = graph.add("Mul", `preprocess.${name}.product`, [wanted, own]);
  const quotient = graph.add("Div", `preprocess.${name}.quotient`, [product, other]);
  return graph.add("Max", `preprocess.${name}.target`, [wanted, quotient]);
}

/**
 * The weights [size, from] of the middle `size` positions of an axis that is resized from `from` to `to` positions.
 * Positions outside have weight 0, so that padding is black.
 */
function weightsOf(
  graph: GraphBuilder,
  { type, weights }: Arithmetic,
  axis: string,
  { from, to, size, interpolation }: {
    readonly from: string;
    readonly to: string;
    readonly size: number;
    readonly interpolation: ResizeFilter;
  },
): readonly string[] {
  const name = `preprocess.${axis}`, zero = graph.scalar(type, 0);
  const add = (op: string, part: string, ...inputs: string[]) => graph.add(op, `${name}.${part}`, inputs);
  const before = graph.cast(`${name}.before`, from, type), after = graph.cast(`${name}.after`, to, type);
  const range = add("Range", "range", graph.scalar("i64", 0), from, graph.scalar("i64", 1));
  const index = graph.cast(`${name}.index`, range, type);
  // Where the crop starts: half of the excess, rounded to even; rounded up if padding is needed.
  const over = add("Sub", "over", after, graph.scalar(type, size));
  const middle = add("Div", "middle", over, graph.scalar(type, 2));
  const start = add(
    "Where",
    "start",
    add("Less", "pads", over, zero),
    add("Ceil", "padded", middle),
    add("Round", "cut", middle),
  );
  const kept = graph.constant("preprocess.kept", type, [size, 1], Array.from({ length: size }, (_, i) => i));
  const position = add("Add", "position", kept, start); // [size, 1]
  const inside = add(
    "And",
    "inside",
    add("GreaterOrEqual", "inside.from", position, zero),
    add("Less", "inside.to", position, after),
  );
  const digits = weights(graph, name, { before, after, index, position }, interpolation);
  return digits.map((digit) => graph.add("Where", `${digit}.inside`, [inside, digit, zero]));
}
