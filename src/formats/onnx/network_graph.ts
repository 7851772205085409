/**
 * Builds the graph of a network: nodes and weights under torchvision's names. Each layer's output has the layer's
 * name; the last layer's is the model's output.
 */
import { toFloat16 } from "../half.ts";
import { toFloat32 } from "../tensor_data.ts";
import type { TensorInFile } from "../weight_file.ts";
import type { Initializer, OnnxNode } from "./model.ts";

/** A stored state dict, under torchvision's names. */
export type Weights = ReadonlyMap<string, Pick<TensorInFile, "shape" | "load">>;

/** The name and the inputs of a layer's node. */
export interface GraphLayer {
  readonly name: string;
  /** Names of layers. */
  readonly inputs: readonly string[];
}

/** How weights are written. */
export interface WeightOptions {
  /** Version of the operators. */
  readonly opset: number;
  /** folded: into the preceding convolution; kept: as separate nodes, so that the weights can be read back. */
  readonly batchNorm: "folded" | "kept";
  /** f16: filters and matrices are stored in half the bytes, and converted to f32 when the model is loaded. */
  readonly weights: "f32" | "f16";
}

/** The parameters and statistics of a batch norm, in the order of ONNX's inputs. */
export const NORM_PARTS = ["weight", "bias", "running_mean", "running_var"] as const;

/** Collects nodes and initializers, layer by layer. */
export class NetworkGraph {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];
  /** The output tensor of each layer. */
  readonly #outputs: Map<string, string>;

  /** @param outputs names of tensors by the name of the layer that outputs them: at least that of the input */
  constructor(
    readonly weights: Weights,
    readonly options: WeightOptions,
    outputs: ReadonlyMap<string, string>,
    /** The last layer, and the name of its output. */
    readonly last: { readonly layer: string; readonly output: string },
  ) {
    this.#outputs = new Map(outputs);
  }

  /** True if batch norms are folded into the preceding convolutions. */
  get folds(): boolean {
    return this.options.batchNorm === "folded";
  }

  /** True if a layer's output is known. */
  has(layer: string): boolean {
    return this.#outputs.has(layer);
  }

  /** Adds a layer's node, which reads the layer's inputs followed by `weights`. */
  node(
    op: string,
    { name, inputs }: GraphLayer,
    weights: readonly string[] = [],
    attributes: NonNullable<OnnxNode["attributes"]> = {},
  ): void {
    const read = inputs.map((input) => this.#outputs.get(input)!);
    const output = name === this.last.layer ? this.last.output : name;
    this.nodes.push({ op, name, inputs: [...read, ...weights], outputs: [output], attributes });
    this.#outputs.set(name, output);
  }

  /** Makes a layer's output that of another layer, which does its work too. */
  alias(layer: string, other: string): void {
    this.#outputs.set(layer, this.#outputs.get(other)!);
  }

  /** Adds a filter or matrix for multiplication. @returns its tensor's name */
  matrix(name: string, scale?: () => Promise<Float64Array>): string {
    const tensor = tensorOf(this.weights, name);
    const { shape } = tensor;
    const values = async () => {
      const plain = toFloat32(await tensor.load());
      return scale ? scaled(plain, await scale()) : plain;
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

  /** Adds a vector, always in f32. @returns its name */
  vector(name: string): string {
    const tensor = tensorOf(this.weights, name);
    const values = async () => toFloat32(await tensor.load());
    this.initializers.push({ name, type: "f32", shape: tensor.shape, values });
    return name;
  }

  /** Adds the filter and the bias of a convolution with the following batch norm. @returns their tensors' names */
  folded(conv: string, norm: string, epsilon: number): [weight: string, bias: string] {
    for (const part of NORM_PARTS) tensorOf(this.weights, `${norm}.${part}`);
    const fold = () => folding(this.weights, norm, epsilon);
    const weight = this.matrix(`${conv}.weight`, async () => (await fold()).scale);
    const { shape } = tensorOf(this.weights, `${norm}.bias`);
    const bias = `${conv}.bias`;
    this.initializers.push({ name: bias, type: "f32", shape, values: async () => (await fold()).bias });
    return [weight, bias];
  }
}

/** A batch norm in evaluation, as a factor and a term for each channel. */
interface Folding {
  readonly scale: Float64Array;
  readonly bias: Float32Array;
}

/** bn(x) = (x - mean) * weight / sqrt(var + eps) + bias = x * scale + (bias - mean * scale). */
async function folding(weights: Weights, norm: string, epsilon: number): Promise<Folding> {
  const of = async (part: typeof NORM_PARTS[number]) =>
    toFloat32(await tensorOf(weights, `${norm}.${part}`).load());
  const [weight, bias] = [await of("weight"), await of("bias")];
  const [mean, variance] = [await of("running_mean"), await of("running_var")];
  const scale = Float64Array.from(weight, (value, i) => value / Math.sqrt(variance[i] + epsilon));
  return { scale, bias: Float32Array.from(bias, (value, i) => value - mean[i] * scale[i]) };
}

/** Filters [K, ...], each multiplied by its channel's factor. */
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
        `Cannot write "${name}" in f16: the largest value must be ${LARGEST_HALF}, current value is ${
          values[i]
        }; use f32`,
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
  throw new RangeError(`Cannot write ONNX: the weight "${name}" is missing`);
}
