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

/** The arithmetic of a resize. */
export interface Arithmetic {
  readonly type: "f32" | "f64";
  /**
   * Weights [size, before] of an axis: a triangle as wide as the scale around each position's centre, in fixed point
   * with {@link BITS} fractional bits, as one tensor or as several that are its digits.
   */
  weights(graph: GraphBuilder, name: string, axis: ResizedAxis): readonly string[];
  /** The levels 0 .. 255 of sums of levels times weights, one for each digit. */
  rounded(graph: GraphBuilder, name: string, sums: readonly string[]): string;
}

/** Fractional bits of a weight: Pillow's PRECISION_BITS. */
export const BITS = 32 - 8 - 2;
