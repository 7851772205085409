/**
 * A resize in f32, whose products and sums are integers below 2^24 and so exact, in any order of summation. Weights
 * have two digits to base 2^11, of which the first has the sign, and each digit its own sum; a carry joins them.
 *
 * With sides a before and b after the resize, the triangle's height at position x for the kept position p is
 * t = max(2 max(a, b) - |(2x + 1) b - (2p + 1) a|, 0), an integer, and its weight round(2^22 t / sum(t)). Only the
 * last division rounds, so that in large images a weight in some 30,000 is one unit off. A cubic of the same distances
 * is computed in f32 as it is, so that its weights are a unit or two off, and up to a level in a thousand by one.
 */
import type { GraphBuilder } from "./graph_builder.ts";
import {
  type Arithmetic,
  BITS,
  cubic,
  type ResizedAxis,
  type ResizeFilter,
  withinLevels,
} from "./resize_arithmetic.ts";

/** The base of a weight's digits. */
const BASE = 2 ** (BITS / 2);
/** Factors of fewer than 12 bits each have an exact product. */
const FACTOR = 2 ** 12;

export const portable: Arithmetic = {
  type: "f32",
  weights(graph: GraphBuilder, name: string, axis: ResizedAxis, filter: ResizeFilter) {
    return filter === "bicubic" ? cubicWeights(graph, name, axis) : triangleWeights(graph, name, axis);
  },
  rounded(graph: GraphBuilder, name: string, [high, low]: readonly string[]) {
    const add = (op: string, part: string, ...inputs: string[]) => graph.add(op, `${name}.${part}`, inputs);
    const base = graph.scalar("f32", BASE);
    const carry = add("Floor", "carry", add("Div", "carry.quotient", low, base));
    const sum = add("Add", "sum", high, carry);
    const half = add("Add", "half", sum, graph.scalar("f32", BASE / 2));
    const floor = add("Floor", "floor", add("Div", "shifted", half, base));
    return withinLevels(graph, name, "f32", floor);
  },
};

/** Long division of each height by their sum. */
function triangleWeights(graph: GraphBuilder, name: string, axis: ResizedAxis): readonly string[] {
  const add = (op: string, part: string, ...inputs: string[]) => graph.add(op, `${name}.${part}`, inputs);
  const base = graph.scalar("f32", BASE);
  const { distance, reach } = distances(graph, name, axis);
  const triangle = add("Max", "triangle", add("Sub", "slope", reach, distance), graph.scalar("f32", 0)); // [size, before]
  const last = graph.constant("preprocess.last", "i64", [1], [-1]);
  const sum = graph.add("ReduceSum", `${name}.total`, [triangle, last], { keepdims: 1 }); // [size, 1]
  // Long division: the first digit, what remains of it, and the second digit, rounded. The product of digit and
  // sum is taken in two exact parts.
  const scaled = add("Mul", "scaled", triangle, base);
  const high = add("Floor", "high", add("Div", "high.quotient", scaled, sum));
  const factor = graph.scalar("f32", FACTOR);
  const thousands = add("Floor", "total.thousands", add("Div", "total.scaled", sum, factor));
  const upper = add("Mul", "total.upper", thousands, factor);
  const lower = add("Sub", "total.lower", sum, upper);
  const partly = add("Sub", "remainder.upper", scaled, add("Mul", "high.upper", high, upper));
  const remainder = add("Sub", "remainder", partly, add("Mul", "high.lower", high, lower));
  const quotient = add("Div", "low.quotient", add("Mul", "remainder.scaled", remainder, base), sum);
  return [high, add("Floor", "low", add("Add", "low.half", quotient, graph.scalar("f32", 0.5)))];
}

/** The digits of each share of the cubic's sum. */
function cubicWeights(graph: GraphBuilder, name: string, axis: ResizedAxis): readonly string[] {
  const add = (op: string, part: string, ...inputs: string[]) => graph.add(op, `${name}.${part}`, inputs);
  const base = graph.scalar("f32", BASE), half = graph.scalar("f32", 0.5);
  const { distance, reach } = distances(graph, name, axis);
  const curve = cubic(graph, `${name}.cubic`, "f32", add("Div", "stretched", distance, reach)); // [size, before]
  const last = graph.constant("preprocess.last", "i64", [1], [-1]);
  const sum = graph.add("ReduceSum", `${name}.total`, [curve, last], { keepdims: 1 }); // [size, 1]
  const fixed = add("Mul", "fixed", add("Div", "share", curve, sum), graph.scalar("f32", 2 ** BITS));
  const whole = add("Floor", "whole", add("Add", "fixed.half", fixed, half));
  const high = add("Floor", "high", add("Div", "high.quotient", whole, base));
  return [high, add("Sub", "low", whole, add("Mul", "high.whole", high, base))];
}

/**
 * The distances |(2x + 1) b - (2p + 1) a|, [size, before], and how far a triangle reaches, 2 max(a, b). The position
 * below p's centre is taken from both x and p, which keeps the products near the centre small; (2p + 1) a itself is an
 * i32.
 */
function distances(
  graph: GraphBuilder,
  name: string,
  { before, after, index, position }: ResizedAxis,
): { readonly distance: string; readonly reach: string } {
  const add = (op: string, part: string, ...inputs: string[]) => graph.add(op, `${name}.${part}`, inputs);
  const integer = (part: string, value: string) => graph.cast(`${name}.${part}.i32`, value, "i32");
  const one = graph.scalar("f32", 1), two = graph.scalar("f32", 2);
  const odd = (part: string, value: string) =>
    add("Add", `${part}.odd`, add("Mul", `${part}.twice`, value, two), one);
  const twice = add("Mul", "after.twice", after, two);
  // [size, 1], in units of 1 / (2 b); a quotient that is rounded to a neighbour is as good.
  const centre = add(
    "Mul",
    "centre",
    integer("position", odd("position", position)),
    integer("before", before),
  );
  const quotient = add("Div", "centre.quotient", graph.cast(`${name}.centre.f32`, centre, "f32"), twice);
  const below = add("Floor", "below", quotient);
  const scaled = add("Mul", "below.scaled", integer("below", below), integer("after.twice", twice));
  const rest = graph.cast(`${name}.rest`, add("Sub", "rest.i32", centre, scaled), "f32");
  const offset = odd("offset", add("Sub", "offset", index, below)); // [size, before]
  const distance = add("Sub", "distance", add("Mul", "offset.scaled", offset, after), rest);
  const reach = add("Mul", "reach", add("Max", "longer", before, after), two);
  return { distance: add("Abs", "distance.abs", distance), reach };
}
