/**
 * A trained network as an ONNX model: nodes and tensors under torchvision's names, batch norm folded into the
 * convolutions or kept, weights in f32 or f16.
 */
import { toFloat16 } from "../half.ts";
import { toFloat32 } from "../tensor_data.ts";
import type { TensorInFile } from "../weight_file.ts";
import { type Initializer, type OnnxModel, type OnnxNode, type Value } from "./model.ts";
import { type Preparation, prepareInput } from "./prepare_input.ts";

/** A layer by what it does; `name` is the module's name in torchvision, `input` the name of the layer before. */
export type NetworkLayer =
  | {
    readonly op: "conv";
    readonly name: string;
    /** The batch norm behind it. */
    readonly norm: string;
    readonly input: string;
    readonly stride: number;
    readonly padding: number;
  }
  | { readonly op: "relu"; readonly name: string; readonly input: string }
  | { readonly op: "add"; readonly name: string; readonly input: string; readonly other: string }
  | {
    readonly op: "max_pool";
    readonly name: string;
    readonly input: string;
    readonly kernel: number;
    readonly stride: number;
    readonly padding: number;
  }
  | { readonly op: "global_avg_pool"; readonly name: string; readonly input: string }
  | { readonly op: "linear"; readonly name: string; readonly input: string };

/** A network: its layers in order; the first reads "input", the last gives the logits. */
export interface Network {
  readonly name: string;
  readonly layers: readonly NetworkLayer[];
}

/** How a network is written. */
export interface NetworkOptions {
  /** Side of the images that the model sees, in pixels. */
  readonly imageSize: number;
  /** folded: into the convolution before it; kept: as nodes of their own, so that the weights can be read back. */
  readonly batchNorm: "folded" | "kept";
  /** f16: filters and matrices are kept in half the bytes, and turned to f32 when the model is loaded. */
  readonly weights: "f32" | "f16";
  /** What stands between the input and the network. */
  readonly preparation: Preparation;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The names of input and output. */
export const INPUT = "input", LOGITS = "logits";
/** The name of the free axis. */
export const BATCH = "batch_size";
/** torch.nn.BatchNorm2d's. */
const EPSILON = 1e-5;

/** A state dict at rest, under torchvision's names. */
export type Weights = ReadonlyMap<string, Pick<TensorInFile, "shape" | "load">>;

/**
 * The model of a network with its weights, which are read when the file's parts are walked.
 * @throws RangeError if a weight is missing
 */
export function networkModel(network: Network, weights: Weights, options: NetworkOptions): OnnxModel {
  const { imageSize, preparation, metadata } = options;
  const prepared = prepareInput(preparation, INPUT, imageSize);
  const graph = new Graph(weights, options, prepared.output);
  for (const layer of network.layers) graph.add(layer, layer === network.layers.at(-1));
  const classes = tensorOf(weights, `${network.layers.at(-1)!.name}.bias`).shape[0];
  const output: Value = { name: LOGITS, type: "f32", shape: [BATCH, classes] };
  return {
    name: network.name,
    nodes: [...prepared.nodes, ...graph.nodes],
    initializers: [...prepared.initializers, ...graph.initializers],
    inputs: [{ name: INPUT, type: prepared.type, shape: [BATCH, ...prepared.shape] }],
    outputs: [output],
    metadata,
  };
}

const NORM_PARTS = ["weight", "bias", "running_mean", "running_var"];

/** Gathers nodes and initializers, layer by layer. */
class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];
  /** The tensor that each layer gives. */
  readonly #outputs: Map<string, string>;

  constructor(readonly weights: Weights, readonly options: NetworkOptions, input: string) {
    this.#outputs = new Map([[INPUT, input]]);
  }

  add(layer: NetworkLayer, isLast: boolean): void {
    const input = this.#outputs.get(layer.input)!;
    switch (layer.op) {
      case "conv":
        return this.#conv(layer, input);
      case "relu":
        return this.#node("Relu", layer.name, [input]);
      case "add":
        return this.#node("Add", layer.name, [input, this.#outputs.get(layer.other)!]);
      case "max_pool": {
        const { kernel, stride, padding } = layer;
        return this.#node("MaxPool", layer.name, [input], {
          kernel_shape: [kernel, kernel],
          strides: [stride, stride],
          pads: [padding, padding, padding, padding],
        });
      }
      case "global_avg_pool":
        this.#node("GlobalAveragePool", layer.name, [input]);
        this.nodes.push({ op: "Flatten", name: "flatten", inputs: [layer.name], outputs: ["flatten"] });
        return void this.#outputs.set(layer.name, "flatten");
      case "linear": {
        const { name } = layer;
        const weight = this.#matrix(`${name}.weight`), bias = this.#vector(`${name}.bias`);
        return this.#node("Gemm", name, [input, weight, bias], { transB: 1 }, isLast ? LOGITS : name);
      }
    }
  }

  #node(
    op: string,
    name: string,
    inputs: readonly string[],
    attributes: OnnxNode["attributes"] = {},
    output = name,
  ): void {
    this.nodes.push({ op, name, inputs, outputs: [output], attributes });
    this.#outputs.set(name, output);
  }

  #conv({ name, norm, stride, padding }: NetworkLayer & { op: "conv" }, input: string): void {
    for (const part of NORM_PARTS) tensorOf(this.weights, `${norm}.${part}`);
    const isFolded = this.options.batchNorm === "folded";
    const fold = isFolded ? () => folding(this.weights, norm) : undefined;
    const weight = this.#matrix(`${name}.weight`, fold);
    const [, , rows, columns] = tensorOf(this.weights, `${name}.weight`).shape;
    const attributes = {
      kernel_shape: [rows, columns],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    };
    if (fold) {
      const { shape } = tensorOf(this.weights, `${norm}.bias`);
      const bias = `${name}.bias`;
      this.initializers.push({ name: bias, type: "f32", shape, values: async () => (await fold()).bias });
      return this.#node("Conv", name, [input, weight, bias], attributes);
    }
    this.#node("Conv", name, [input, weight], attributes);
    const parts = NORM_PARTS.map((part) => this.#vector(`${norm}.${part}`));
    this.#node("BatchNormalization", norm, [name, ...parts], { epsilon: { float: EPSILON } });
    this.#outputs.set(name, norm);
  }

  /** A filter or matrix as it is to be multiplied with. @returns its tensor's name */
  #matrix(name: string, fold?: () => Promise<Folding>): string {
    const tensor = tensorOf(this.weights, name);
    const { shape } = tensor;
    const values = async () => {
      const plain = toFloat32(await tensor.load());
      return fold ? scaled(plain, (await fold()).scale) : plain;
    };
    if (this.options.weights === "f32") {
      this.initializers.push({ name, type: "f32", shape, values });
      return name;
    }
    this.initializers.push({ name, type: "f16", shape, values: async () => halves(name, await values()) });
    const output = `${name}.f32`;
    this.nodes.push({ op: "Cast", name: output, inputs: [name], outputs: [output], attributes: { to: 1 } });
    return output;
  }

  #vector(name: string): string {
    const tensor = tensorOf(this.weights, name);
    this.initializers.push({
      name,
      type: "f32",
      shape: tensor.shape,
      values: async () => toFloat32(await tensor.load()),
    });
    return name;
  }
}

/** What a batch norm does in evaluation, as a factor and a term for each channel. */
interface Folding {
  readonly scale: Float64Array;
  readonly bias: Float32Array;
}

/** bn(x) = (x - mean) * weight / sqrt(var + eps) + bias = x * scale + (bias - mean * scale). */
async function folding(weights: Weights, norm: string): Promise<Folding> {
  const of = async (part: string) => toFloat32(await tensorOf(weights, `${norm}.${part}`).load());
  const [weight, bias] = [await of("weight"), await of("bias")];
  const [mean, variance] = [await of("running_mean"), await of("running_var")];
  const scale = Float64Array.from(weight, (value, i) => value / Math.sqrt(variance[i] + EPSILON));
  return { scale, bias: Float32Array.from(bias, (value, i) => value - mean[i] * scale[i]) };
}

/** Filters [K, ...], each times its channel's factor. */
function scaled(values: Float32Array, scale: Float64Array): Float32Array {
  const result = new Float32Array(values.length), each = values.length / scale.length;
  for (let k = 0, i = 0; k < scale.length; k++) {
    for (const end = i + each; i < end; i++) result[i] = values[i] * scale[k];
  }
  return result;
}

const LARGEST_HALF = 65504;

function halves(name: string, values: Float32Array): Uint16Array {
  const result = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]) > LARGEST_HALF) {
      throw new RangeError(
        `Cannot write "${name}" in f16 as it has a value of ${
          values[i]
        }: the largest is ${LARGEST_HALF}, so use f32`,
      );
    }
    result[i] = toFloat16(values[i]);
  }
  return result;
}

/** A weight by name. @throws RangeError if it is missing */
function tensorOf(weights: Weights, name: string): Pick<TensorInFile, "shape" | "load"> {
  const tensor = weights.get(name);
  if (tensor !== undefined) return tensor;
  throw new RangeError(`Cannot write ONNX as the weight "${name}" is missing`);
}
