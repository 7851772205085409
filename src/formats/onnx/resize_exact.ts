/** A resize in f64, operation by operation as Pillow: sums of 8-bit levels times 22-bit weights are exact. */
import type { GraphBuilder } from "./graph_builder.ts";
import { type Arithmetic, BITS, type ResizedAxis } from "./resize_arithmetic.ts";

export const exact: Arithmetic = {
  type: "f64",
  weights(graph: GraphBuilder, name: string, { before, after, index, position }: ResizedAxis) {
    const add = (op: string, part: string, ...inputs: string[]) => graph.add(op, `${name}.${part}`, inputs);
    const zero = graph.scalar("f64", 0), half = graph.scalar("f64", 0.5), one = graph.scalar("f64", 1);
    const scale = add("Div", "scale", before, after);
    const support = add("Max", "support", scale, one);
    const centre = add("Mul", "centre", add("Add", "position.middle", position, half), scale);
    const offset = add("Sub", "offset", index, centre); // [size, before]
    const distance = add(
      "Mul",
      "distance",
      add("Add", "offset.middle", offset, half),
      add("Div", "support.inverse", one, support),
    );
    const slope = add("Sub", "slope", one, add("Abs", "distance.abs", distance));
    const triangle = add("Max", "triangle", slope, zero);
    const last = graph.constant("preprocess.last", "i64", [1], [-1]);
    const sum = graph.add("ReduceSum", `${name}.total`, [triangle, last], { keepdims: 1 });
    const share = add("Div", "share", triangle, sum);
    const fixed = add("Mul", "fixed", share, graph.scalar("f64", 2 ** BITS));
    return [add("Floor", "weights", add("Add", "weights.half", fixed, half))];
  },
  rounded(graph: GraphBuilder, name: string, [sum]: readonly string[]) {
    const half = graph.add("Add", `${name}.half`, [sum, graph.scalar("f64", 2 ** (BITS - 1))]);
    const shifted = graph.add("Div", `${name}.shifted`, [half, graph.scalar("f64", 2 ** BITS)]);
    const floor = graph.add("Floor", `${name}.floor`, [shifted]);
    return graph.add("Min", name, [floor, graph.scalar("f64", 255)]);
  },
};
