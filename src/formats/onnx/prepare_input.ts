/** What can precede a network in its ONNX file: the normalisation, or the whole preparation of 8-bit pixels. */
import { GraphBuilder } from "./graph_builder.ts";
import type { ElementType, Initializer, OnnxNode } from "./model.ts";
import { type ImageResize, resizeAndCrop } from "./resize.ts";

export type { InputResize, ResizeForm } from "./resize.ts";

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
  | { readonly input: "pixels"; readonly normalization: InputNormalization } & ImageResize;

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
  const graph = new GraphBuilder();
  const { nodes, initializers } = graph;
  const images = { type: "f32", shape: [3, size, size] } as const;
  if (preparation.input === "normalized") return { nodes, initializers, ...images, output: input };
  if (preparation.input === "unit") {
    return { nodes, initializers, ...images, output: normalize(graph, preparation.normalization, input) };
  }
  const levels = resizeAndCrop(graph, input, preparation, size);
  const unit = graph.add("Div", "preprocess.unit", [levels, graph.scalar("f32", 255)]);
  const output = normalize(graph, preparation.normalization, unit);
  return { nodes, initializers, type: "u8", shape: ["height", "width", 3], output };
}

function normalize(graph: GraphBuilder, { mean, std }: InputNormalization, input: string): string {
  const perChannel = (name: string, values: readonly number[]) =>
    graph.constant(`normalize.${name}`, "f32", [1, 3, 1, 1], values);
  const centred = graph.add("Sub", "normalize.centred", [input, perChannel("mean", mean)]);
  return graph.add("Div", "normalize", [centred, perChannel("std", std)]);
}
