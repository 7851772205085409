/** The interface of layers and of layer kinds: all that the engine, ONNX and the counters know about them. */
import type { Tensor } from "../../core/tensor.ts";
import type { NetworkGraph } from "../../formats/onnx/network_graph.ts";
import type { JointRanks } from "../../ops/batch_norm.ts";
import type { Drawing } from "../../ops/dropout.ts";
import type { Declarations } from "../declarations.ts";

/** The common fields of layers. Layers are data; each kind adds its own options. */
export interface LayerBase {
  readonly kind: string;
  /** The module's name in torchvision's state dict; torch.fx's name if it is not a module: add, relu_1, flatten. */
  readonly name: string;
  /** The names of the layers whose outputs it reads; {@link INPUT} stands for the images. */
  readonly inputs: readonly string[];
}

/** The name of the images, which the first layer reads. */
export const INPUT = "input";

/** How a model runs: training normalises by the batch, evaluation by the running statistics. */
export interface Mode {
  readonly training: boolean;
  /** In training, the step that random layers draw for; without it they drop nothing. */
  readonly draws?: Draws | undefined;
  /** In training, the ranks by whose rows batch norms normalise; by default there are no others. */
  readonly joint?: JointRanks | undefined;
}

/** The scalars of a step on the GPU, the positions of its number and of the batch within it, and the rank's rows. */
export type Draws = Pick<Drawing, "scalars" | "step" | "batchOfStep" | "share">;

/** A forward pass in progress. */
export interface Pass extends Mode {
  /** A parameter or a statistic by its full name: `conv1.weight`. */
  tensor(name: string): Tensor;
  /** True if the layer has parameters and all of them are frozen. */
  isFrozen(layer: string): boolean;
  /** How a layer drops a share `p`; undefined if it drops nothing, as in evaluation. */
  drawing(layer: string, p: number): Drawing | undefined;
}

/** Layers that run in one pass: a layer, and the following ones that are fused with it. */
export interface Unit<Layer extends LayerBase = LayerBase> {
  readonly layer: Layer;
  /** Layers whose kinds match one of the sequences in `fuses` of the layer's kind; empty if it runs alone. */
  readonly followers: readonly LayerBase[];
  /** What it reads: the layer's inputs, followed by what its followers read from elsewhere. */
  readonly inputs: readonly string[];
  /** The last layer, whose output it produces. */
  readonly name: string;
}

/** Rows and columns of a layer's output; [1, 1] if it has no pixels. */
export type Extent = readonly [rows: number, columns: number];

/** A kind of layer. To add one, add a file with this interface and a line to the registry. */
export interface LayerKind<Layer extends LayerBase> {
  /** Declares its parameters and statistics, in torch's order; none by default. */
  declare?(layer: Layer, declare: Declarations): void;
  /** Sequences of following layer kinds that it can run in its own pass. */
  readonly fuses?: readonly (readonly string[])[];
  /** The output of the unit, from the tensors of its inputs. */
  forward(unit: Unit<Layer>, inputs: readonly Tensor[], pass: Pass): Tensor;
  /** Rows and columns of its output, from those of its first input; the same by default. */
  extent?(layer: Layer, input: Extent): Extent;
  /** Floating-point operations for one image, 2 for each multiply-add of a product; none by default. */
  flops?(layer: Layer, output: Extent): number;
  /** Adds the layer to an ONNX graph; `readers` are the layers that read it. */
  onnx(layer: Layer, graph: NetworkGraph, readers: readonly LayerBase[]): void;
}
