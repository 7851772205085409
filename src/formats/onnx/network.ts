/**
 * A trained network as an ONNX model: the preparation of images, followed by the network's own nodes, with batch norm
 * folded into the convolutions or kept, weights in f32 or f16.
 */
import type { OnnxModel } from "./model.ts";
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
  /** Side of the network's input images, in pixels. */
  readonly imageSize: number;
  /** What comes between the input and the network. */
  readonly preparation: Preparation;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The names of input and output. */
export const INPUT = "input", LOGITS = "logits";
/** The name of the dynamic axis. */
export const BATCH = "batch_size";

/**
 * The model of a network with its weights, which are read when the file's parts are iterated.
 * @throws RangeError if a weight is missing
 */
export function networkModel(network: Network, weights: Weights, options: NetworkOptions): OnnxModel {
  const { imageSize, preparation, metadata } = options;
  const prepared = prepareInput(preparation, INPUT, imageSize);
  const last = { layer: network.last, output: LOGITS };
  const graph = new NetworkGraph(weights, options, new Map([[network.input, prepared.output]]), last);
  network.write(graph);
  return {
    name: network.name,
    nodes: [...prepared.nodes, ...graph.nodes],
    initializers: [...prepared.initializers, ...graph.initializers],
    inputs: [{ name: INPUT, type: prepared.type, shape: [BATCH, ...prepared.shape] }],
    outputs: [{ name: LOGITS, type: "f32", shape: [BATCH, network.classes] }],
    metadata,
  };
}
