/** What the two forms of a resize in a graph, exact and portable, have in common. */
import type { GraphBuilder } from "./graph_builder.ts";

/** An axis that is resized, as names of tensors. */
export interface ResizedAxis {
  /** Numbers of positions before and after the resize, []. */
  readonly before: string;
  readonly after: string;
  /** The positions before it, 0 .. before - 1: [before]. */
  readonly index: string;
  /** The positions after it that are kept: [size, 1]. */
  readonly position: string;
}

/** The curve around each position's centre, stretched to the scale: Pillow's triangle, or its cubic with a = -0.5. */
export type ResizeFilter = "bilinear" | "bicubic";

/** The arithmetic of a resize. */
export interface Arithmetic {
  readonly type: "f32" | "f64";
  /**
   * Weights [size, before] of an axis in fixed point with {@link BITS} fractional bits, as one tensor or as several
   * that are its digits.
   */
  weights(graph: GraphBuilder, name: string, axis: ResizedAxis, filter: ResizeFilter): readonly string[];
  /** The levels 0 .. 255 of sums of levels times weights, one for each digit. */
  rounded(graph: GraphBuilder, name: string, sums: readonly string[]): string;
}

/** The cubic at distances of at least 0 from a position's centre, in units of its stretch: 0 from 2 on. */
export function cubic(graph: GraphBuilder, name: string, type: Arithmetic["type"], distance: string): string {
  const scalar = (value: number) => graph.scalar(type, value);
  const horner = (part: string, [first, ...rest]: readonly number[]) =>
    rest.reduce((sum, coefficient, i) => {
      const product = graph.add("Mul", `${name}.${part}.product.${i}`, [sum, distance]);
      return coefficient === 0
        ? product
        : graph.add("Add", `${name}.${part}.sum.${i}`, [product, scalar(coefficient)]);
    }, scalar(first));
  const within = (part: string, least: number) =>
    graph.add("Less", `${name}.${part}.within`, [distance, scalar(least)]);
  const far = graph.add("Mul", `${name}.far`, [horner("far", [1, -5, 8, -4]), scalar(-0.5)]);
  const tail = graph.add("Where", `${name}.tail`, [within("far", 2), far, scalar(0)]);
  return graph.add("Where", name, [within("near", 1), horner("near", [1.5, -2.5, 0, 1]), tail]);
}

/** A sum's level: from 0, below which a cubic's may be, to 255. */
export function withinLevels(
  graph: GraphBuilder,
  name: string,
  type: Arithmetic["type"],
  sum: string,
): string {
  return graph.add("Clip", name, [sum, graph.scalar(type, 0), graph.scalar(type, 255)]);
}

/** Fractional bits of a weight: Pillow's PRECISION_BITS. */
export const BITS = 32 - 8 - 2;
