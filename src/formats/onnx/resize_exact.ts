/** A resize in f64, operation by operation as Pillow: sums of 8-bit levels times 22-bit weights are exact. */
import type { GraphBuilder } from "./graph_builder.ts";
import {
  type Arithmetic,
  BITS,
  cubic,
  type ResizedAxis,
  type ResizeFilter,
  withinLevels,
} from "./resize_arithmetic.ts";

export const exact: Arithmetic = {
  type: "f64",
  weights(graph, name, { before, after, index, position }: ResizedAxis, filter: ResizeFilter) {
    const add = (op: string, part: string, ...inputs: string[]) => graph.add(op, `${name}.${part}`, inputs);
    const zero = graph.scalar("f64", 0), half = graph.scalar("f64", 0.5), one = graph.scalar("f64", 1);
    const scale = add("Div", "scale", before, after);
    const stretch = add("Max", "stretch", scale, one);
    const centre = add("Mul", "centre", add("Add", "position.middle", position, half), scale);
    const offset = add("Sub", "offset", index, centre); // [size, before]
    const distance = add(
      "Mul",
      "distance",
      add("Add", "offset.middle", offset, half),
      add("Div", "stretch.inverse", one, stretch),
    );
    const away = add("Abs", "distance.abs", distance);
    const curve = filter === "bicubic"
      ? cubic(graph, `${name}.cubic`, "f64", away)
      : add("Max", "triangle", add("Sub", "slope", one, away), zero);
    const last = graph.constant("preprocess.last", "i64", [1], [-1]);
    const sum = graph.add("ReduceSum", `${name}.total`, [curve, last], { keepdims: 1 });
    const share = add("Div", "share", curve, sum);
    const fixed = add("Mul", "fixed", share, graph.scalar("f64", 2 ** BITS));
    if (filter === "bilinear") return [add("Floor", "weights", add("Add", "weights.half", fixed, half))];
    // A cubic's weights are negative, too, and halves go away from 0.
    const size = add(
      "Floor",
      "weights.size",
      add("Add", "weights.half", add("Abs", "fixed.abs", fixed), half),
    );
    return [add("Mul", "weights", add("Sign", "fixed.sign", fixed), size)];
  },
  rounded(graph: GraphBuilder, name: string, [sum]: readonly string[]) {
    const half = graph.add("Add", `${name}.half`, [sum, graph.scalar("f64", 2 ** (BITS - 1))]);
    const shifted = graph.add("Div", `${name}.shifted`, [half, graph.scalar("f64", 2 ** BITS)]);
    const floor = graph.add("Floor", `${name}.floor`, [shifted]);
    return withinLevels(graph, name, "f64", floor);
  },
};
