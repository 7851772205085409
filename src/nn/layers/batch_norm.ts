import type { Tensor } from "../../core/tensor.ts";
import { NORM_PARTS } from "../../formats/onnx/network_graph.ts";
import { batchNorm } from "../../ops/batch_norm.ts";
import { constant } from "../init.ts";
import type { LayerBase, LayerKind, Pass } from "./layer.ts";

/** torch.nn.BatchNorm2d's term added to the variance. */
export const EPSILON = 1e-5;

/** Batch normalisation (torch.nn.BatchNorm2d): [N, H, W, channels] to the same. */
export interface BatchNormLayer extends LayerBase {
  readonly kind: "batch_norm";
  readonly channels: number;
}

/** A frozen one normalises as in evaluation, and its statistics stay unchanged. */
export const batch_norm: LayerKind<BatchNormLayer> = {
  declare({ name, channels }, declare) {
    declare.parameter(`${name}.weight`, "vector", [channels], constant(1));
    declare.parameter(`${name}.bias`, "vector", [channels], constant(0));
    declare.buffer(`${name}.running_mean`, [channels], constant(0));
    declare.buffer(`${name}.running_var`, [channels], constant(1));
  },
  fuses: [["add", "relu"], ["relu"]],
  forward: ({ layer, followers }, [y, ...others], pass) => normalize(layer, { y }, followers, others, pass),
  onnx(layer, graph) {
    if (graph.has(layer.name)) return; // folded into the preceding convolution
    const parts = NORM_PARTS.map((part) => graph.vector(`${layer.name}.${part}`));
    graph.node("BatchNormalization", layer, parts, { epsilon: { float: EPSILON } });
  },
};

/**
 * The norm of y and what follows in the same pass: nothing, a ReLU, or the sum with `others[0]` and a ReLU.
 * @param measured y, with the statistics of its chunks if they were measured
 */
export function normalize(
  { name }: BatchNormLayer,
  { y, statistics }: { y: Tensor; statistics?: Tensor },
  followers: readonly LayerBase[],
  others: readonly Tensor[],
  pass: Pass,
): Tensor {
  const tensors = {
    weight: pass.tensor(`${name}.weight`),
    bias: pass.tensor(`${name}.bias`),
    runningMean: pass.tensor(`${name}.running_mean`),
    runningVar: pass.tensor(`${name}.running_var`),
  };
  const training = pass.training && !pass.isFrozen(name);
  const following = { relu: followers.length > 0, residual: others[0] };
  return batchNorm(y, tensors, { training, eps: EPSILON, statistics, ...following });
}
