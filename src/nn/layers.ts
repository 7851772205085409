/** Layers: each declares its parameters under torchvision's names and returns its forward pass. */
import type { Shape } from "../base/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { batchNorm as batchNormOp, type BatchNormOptions } from "../ops/batch_norm.ts";
import { conv2d as conv2dOp, conv2dMeasured, type Conv2dOptions } from "../ops/conv2d.ts";
import { linear as linearOp } from "../ops/linear.ts";
import { constant, kaimingNormal, linearUniform } from "./init.ts";
import { type Init, Parameter } from "./parameters.ts";
import type { Layout } from "./layout.ts";

/** How a model runs: training normalises by the batch, evaluation by the running statistics. */
export interface Mode {
  readonly training: boolean;
  /** In training, leave the running statistics as they are: for a second pass over the same batch. */
  readonly holdStatistics?: boolean;
  /**
   * Sees activations as they are made, under torchvision's names of the modules that give them. Their memory is used
   * again as soon as nobody reads it: a recorded program keeps those that its recording returns.
   */
  readonly tap?: (module: string, activation: Tensor) => void;
}

/** A forward pass from one tensor to another. */
export type Layer = (x: Tensor, mode: Mode) => Tensor;

/** A convolution: in training it also measures y for the batch norm behind. */
export type Conv = (x: Tensor, mode: Mode) => { y: Tensor; statistics?: Tensor };

/** What follows a batch norm in the same pass: y = max(bn(x), 0), or with a residual z y = max(bn(x) + z, 0). */
export type Following = Pick<BatchNormOptions, "relu" | "residual">;

/** A batch norm of what a convolution gave. */
export type Norm = (conv: ReturnType<Conv>, mode: Mode, following?: Following) => Tensor;

/** Collects what layers declare, in torchvision's order. */
export class Declarations {
  readonly parameters: Parameter[] = [];
  readonly buffers: Parameter[] = [];

  /** @param freeze modules and parameters that keep their values: "layer1", "layer2.0.bn1", "conv1.weight" */
  constructor(readonly freeze: readonly string[] = []) {}

  /** True if a parameter, or all of a module, is frozen. */
  isFrozen(name: string): boolean {
    return this.freeze.some((prefix) => isWithin(name, prefix));
  }

  parameter(name: string, layout: Layout, torchShape: Shape, init: Init): Parameter {
    const decays = layout !== "vector", frozen = this.isFrozen(name);
    const parameter = new Parameter({ name, layout, torchShape, init, decays, frozen });
    this.parameters.push(parameter);
    return parameter;
  }

  buffer(name: string, torchShape: Shape, init: Init): Parameter {
    const buffer = new Parameter({ name, layout: "vector", torchShape, init, decays: false });
    this.buffers.push(buffer);
    return buffer;
  }
}

/** True if `name` is `prefix` or begins with it and a dot, so that "layer1" says nothing of "layer10". */
export function isWithin(name: string, prefix: string): boolean {
  return name === prefix || name.startsWith(prefix.endsWith(".") ? prefix : `${prefix}.`);
}

/** A square convolution without bias (torch.nn.Conv2d): [N, H, W, from] to [N, P, Q, to]. */
export function conv2d(
  declare: Declarations,
  name: string,
  { from, to, size, ...options }: { from: number; to: number; size: number } & Conv2dOptions,
): Conv {
  const init = kaimingNormal(to * size * size);
  const weight = declare.parameter(`${name}.weight`, "filter", [to, from, size, size], init);
  return (x, { training }) =>
    training ? conv2dMeasured(x, weight.tensor, options) : { y: conv2dOp(x, weight.tensor, options) };
}

/** Batch normalisation (torch.nn.BatchNorm2d): [N, H, W, channels] to the same, with what follows. */
export function batchNorm(declare: Declarations, name: string, channels: number): Norm {
  const weight = declare.parameter(`${name}.weight`, "vector", [channels], constant(1));
  const bias = declare.parameter(`${name}.bias`, "vector", [channels], constant(0));
  const mean = declare.buffer(`${name}.running_mean`, [channels], constant(0));
  const variance = declare.buffer(`${name}.running_var`, [channels], constant(1));
  return ({ y, statistics }, { training, holdStatistics }, following) => {
    const tensors = {
      weight: weight.tensor,
      bias: bias.tensor,
      runningMean: mean.tensor,
      runningVar: variance.tensor,
    };
    return batchNormOp(y, tensors, { training, holdStatistics, statistics, ...following });
  };
}

/** A fully connected layer (torch.nn.Linear): [N, from] to [N, to], padded to a multiple of 4 with zeros. */
export function linear(
  declare: Declarations,
  name: string,
  { from, to }: { from: number; to: number },
): Layer {
  const weight = declare.parameter(`${name}.weight`, "matrix", [to, from], linearUniform(from));
  const bias = declare.parameter(`${name}.bias`, "vector", [to], linearUniform(from));
  return (x) => linearOp(x, weight.tensor, bias.tensor);
}
