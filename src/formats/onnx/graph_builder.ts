/** Collects the nodes and the constants of a part of a graph that is computed from more than weights. */
import type { Shape } from "../../base/shape.ts";
import { type Attribute, type ElementType, elementTypes, type Initializer, type OnnxNode } from "./model.ts";

/** The types of numbers that graphs compute with. */
export type NumberType = "f32" | "f64" | "i64";

const ARRAYS = {
  f32: (values: readonly number[]) => Float32Array.from(values),
  f64: (values: readonly number[]) => Float64Array.from(values),
  i64: (values: readonly number[]) => BigInt64Array.from(values, BigInt),
};

/** Nodes, and each constant once. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];

  /** Adds a node with one output, which is named after it. @returns the name */
  add(
    op: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    this.nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }

  /** Adds a conversion of `input` to another type. @returns its name */
  cast(name: string, input: string, type: ElementType): string {
    return this.add("Cast", name, [input], { to: elementTypes[type] });
  }

  /** A constant. @returns its name */
  constant(name: string, type: NumberType, shape: Shape, values: readonly number[]): string {
    if (!this.initializers.some((one) => one.name === name)) {
      this.initializers.push({ name, type, shape, values: () => ARRAYS[type](values) });
    }
    return name;
  }

  /** A number, which is named after itself. @returns the name */
  scalar(type: NumberType, value: number): string {
    return this.constant(`${type}.${value}`, type, [], [value]);
  }
}
