/**
 * A trained network as an ONNX model: the preparation of images, followed by the network's own nodes, with batch norm
 * folded into the convolutions or kept, weights in f32 or f16.
 */
import type { OnnxModel, OnnxNode } from "./model.ts";
import { NetworkGraph, type WeightOptions, type Weights } from "./network_graph.ts";
import { type Preparation, prepareInput } from "./prepare_input.ts";

export type { Weights } from "./network_graph.ts";

/** A network that can add itself to a graph. */
export interface Network {
  readonly name: string;
  readonly classes: number;
  /** The name of the first layer's input, and the name of the last layer, which outputs the logits. */
  readonly input: string;
  readonly last: string;
  /** Adds all layers, in order. */
  write(graph: NetworkGraph): void;
}

/** How a network is written. */
export interface NetworkOptions extends WeightOptions {
  /** Version of the operators. */
  readonly opset: number;
  /** Side of the network's input images, in pixels. */
  readonly imageSize: number;
  /** What comes between the input and the network. */
  readonly preparation: Preparation;
  /** Return probabilities in place of logits. */
  readonly softmax: boolean;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The names of the input and of the output, which is one of two. */
export const INPUT = "input", LOGITS = "logits", PROBABILITIES = "probabilities";
/** The name of the dynamic axis. */
export const BATCH = "batch_size";

/**
 * The model of a network with its weights, which are read when the file's parts are iterated.
 * @throws RangeError if a weight is missing
 */
export function networkModel(network: Network, weights: Weights, options: NetworkOptions): OnnxModel {
  const { opset, imageSize, preparation, softmax, metadata } = options;
  const prepared = prepareInput(preparation, INPUT, imageSize);
  const last = { layer: network.last, output: LOGITS };
  const graph = new NetworkGraph(weights, options, new Map([[network.input, prepared.output]]), last);
  network.write(graph);
  const output = softmax ? PROBABILITIES : LOGITS;
  if (softmax) graph.nodes.push(SOFTMAX);
  return {
    name: network.name,
    opset,
    nodes: [...prepared.nodes, ...graph.nodes],
    initializers: [...prepared.initializers, ...graph.initializers],
    inputs: [{ name: INPUT, type: prepared.type, shape: [BATCH, ...prepared.shape] }],
    outputs: [{ name: output, type: "f32", shape: [BATCH, network.classes] }],
    metadata,
  };
}

const SOFTMAX: OnnxNode = {
  op: "Softmax",
  name: PROBABILITIES,
  inputs: [LOGITS],
  outputs: [PROBABILITIES],
  attributes: { axis: 1 },
};
