import type { Tensor } from "../../core/tensor.ts";
import { NORM_PARTS } from "../../formats/onnx/network_graph.ts";
import type { Activation } from "../../ops/activate.ts";
import { batchNorm } from "../../ops/batch_norm.ts";
import { stochasticDepth } from "../../ops/dropout.ts";
import { constant } from "../init.ts";
import type { StochasticDepthLayer } from "./dropout.ts";
import type { LayerBase, LayerKind, Pass } from "./layer.ts";

/** torch.nn.BatchNorm2d's term added to the variance, and the batch's share in the running statistics. */
const EPSILON = 1e-5, MOMENTUM = .1;

/** Batch normalisation (torch.nn.BatchNorm2d): [N, H, W, channels] to the same. */
export interface BatchNormLayer extends LayerBase {
  readonly kind: "batch_norm";
  readonly channels: number;
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
  /** The batch's share in the running statistics; 0.1 by default. */
  readonly momentum?: number;
}

/** The layers that run in the pass of a batch norm. */
export const NORM_FOLLOWERS: readonly (readonly string[])[] = [
  ["add", "relu"],
  ["stochastic_depth", "add"],
  ["add"],
  ["relu"],
  ["silu"],
  ["hardswish"],
];

/** A frozen one normalises as in evaluation, and its statistics stay unchanged. */
export const batch_norm: LayerKind<BatchNormLayer> = {
  declare({ name, channels }, declare) {
    declare.parameter(`${name}.weight`, "vector", [channels], constant(1));
    declare.parameter(`${name}.bias`, "vector", [channels], constant(0));
    declare.buffer(`${name}.running_mean`, [channels], constant(0));
    declare.buffer(`${name}.running_var`, [channels], constant(1));
  },
  fuses: NORM_FOLLOWERS,
  forward: ({ layer, followers }, [y, ...others], pass) => normalize(layer, { y }, followers, others, pass),
  onnx(layer, graph) {
    if (graph.has(layer.name)) return; // folded into the preceding convolution
    const parts = NORM_PARTS.map((part) => graph.vector(`${layer.name}.${part}`));
    graph.node("BatchNormalization", layer, parts, { epsilon: { float: epsilonOf(layer) } });
  },
};

/** What a batch norm adds to the variance. */
export function epsilonOf({ eps = EPSILON }: BatchNormLayer): number {
  return eps;
}

/** The batch's share in the running statistics. */
export function momentumOf({ momentum = MOMENTUM }: BatchNormLayer): number {
  return momentum;
}

/**
 * The norm of y and what follows in the same pass: one of {@link NORM_FOLLOWERS}, the sum being with `others[0]`.
 * @param measured y, with the statistics of its chunks if they were measured
 */
export function normalize(
  layer: BatchNormLayer,
  { y, statistics }: { y: Tensor; statistics?: Tensor },
  followers: readonly LayerBase[],
  others: readonly Tensor[],
  pass: Pass,
): Tensor {
  const { name } = layer;
  const tensors = {
    weight: pass.tensor(`${name}.weight`),
    bias: pass.tensor(`${name}.bias`),
    runningMean: pass.tensor(`${name}.running_mean`),
    runningVar: pass.tensor(`${name}.running_var`),
  };
  const training = pass.training && !pass.isFrozen(name);
  const activation = followers.map(({ kind }) => kind).find(isActivation), [residual] = others;
  const options = {
    training,
    eps: epsilonOf(layer),
    momentum: momentumOf(layer),
    statistics,
    activation,
    joint: pass.joint,
  };
  const dropped = followers.find((follower): follower is StochasticDepthLayer =>
    follower.kind === "stochastic_depth"
  );
  const drawing = dropped && pass.drawing(dropped.name, dropped.p);
  if (drawing) return stochasticDepth(batchNorm(y, tensors, options), drawing, residual);
  return batchNorm(y, tensors, { ...options, residual });
}

function isActivation(kind: string): kind is Activation {
  return ["relu", "silu", "hardswish"].includes(kind);
}
