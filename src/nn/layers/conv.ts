import { conv2d, conv2dMeasured } from "../../ops/conv2d.ts";
import { depthwiseConv2d, depthwiseConv2dMeasured } from "../../ops/depthwise_conv2d.ts";
import { constant, kaimingNormal, truncatedNormal } from "../init.ts";
import { type BatchNormLayer, epsilonOf, NORM_FOLLOWERS, normalize } from "./batch_norm.ts";
import type { LayerBase, LayerKind } from "./layer.ts";
import { places, type SlidingWindow, windowAttributes } from "./sliding_window.ts";

/** A square convolution (torch.nn.Conv2d): [N, H, W, from] to [N, P, Q, to]. */
export interface ConvLayer extends LayerBase, SlidingWindow {
  readonly kind: "conv";
  readonly from: number;
  readonly to: number;
  /** Groups of channels, of which each is a convolution of its own; by default 1. With as many as channels: depthwise. */
  readonly groups?: number;
  /** Whether it has a bias, which starts at 0; false by default. A batch norm would take it away again. */
  readonly bias?: boolean;
  /** The standard deviation of the weight's start, a normal cut off at 2; by default as ResNet's. */
  readonly truncated?: number;
}

/** Whether each channel of the output reads one of the input, which kernels of their own compute. */
function isDepthwise({ from, groups = 1 }: ConvLayer): boolean {
  return groups > 1 && groups === from;
}

/** In training it measures y for a following batch norm, which ONNX can fold into it. */
export const conv: LayerKind<ConvLayer> = {
  declare(layer, declare) {
    const { name, from, to, kernel, groups = 1, truncated } = layer;
    const init = truncated === undefined ? kaimingNormal(to * kernel * kernel) : truncatedNormal(truncated);
    const layout = isDepthwise(layer) ? "depthwise" : "filter";
    declare.parameter(`${name}.weight`, layout, [to, from / groups, kernel, kernel], init);
    if (layer.bias) declare.parameter(`${name}.bias`, "vector", [to], constant(0));
  },
  fuses: [["batch_norm"], ...NORM_FOLLOWERS.map((kinds) => ["batch_norm", ...kinds])],
  forward({ layer, followers: [norm, ...behind] }, [x, ...others], pass) {
    const weight = pass.tensor(`${layer.name}.weight`);
    const [plain, measure] = isDepthwise(layer)
      ? [depthwiseConv2d, depthwiseConv2dMeasured]
      : [conv2d, conv2dMeasured];
    const bias = layer.bias ? pass.tensor(`${layer.name}.bias`) : undefined;
    if (norm === undefined) return plain(x, weight, layer, bias);
    const isMeasured = pass.training && !pass.isFrozen(norm.name);
    const measured = isMeasured ? measure(x, weight, layer) : { y: plain(x, weight, layer) };
    return normalize(norm as BatchNormLayer, measured, behind, others, pass);
  },
  extent: places,
  flops: ({ from, to, kernel, groups = 1 }, [rows, columns]) =>
    2 * rows * columns * to * (from / groups) * kernel * kernel,
  onnx(layer, graph, [reader, ...others]) {
    const isFolded = graph.folds && reader?.kind === "batch_norm" && others.length === 0;
    const weights = isFolded
      ? graph.folded(layer.name, reader.name, epsilonOf(reader as BatchNormLayer))
      : [graph.matrix(`${layer.name}.weight`), ...(layer.bias ? [graph.vector(`${layer.name}.bias`)] : [])];
    const { groups = 1 } = layer;
    graph.node("Conv", layer, weights, { ...windowAttributes(layer), ...(groups > 1 && { group: groups }) });
    if (isFolded) graph.alias(reader.name, layer.name);
  },
};
