import { conv2d, conv2dMeasured } from "../../ops/conv2d.ts";
import { kaimingNormal } from "../init.ts";
import { type BatchNormLayer, EPSILON, normalize } from "./batch_norm.ts";
import type { LayerBase, LayerKind } from "./layer.ts";
import { places, type SlidingWindow, windowAttributes } from "./sliding_window.ts";

/** A square convolution without bias (torch.nn.Conv2d): [N, H, W, from] to [N, P, Q, to]. */
export interface ConvLayer extends LayerBase, SlidingWindow {
  readonly kind: "conv";
  readonly from: number;
  readonly to: number;
  /** Groups of channels, of which each is a convolution of its own; by default 1. With as many as channels: depthwise. */
  readonly groups?: number;
}

/** In training it measures y for a following batch norm, which ONNX can fold into it. */
export const conv: LayerKind<ConvLayer> = {
  declare({ name, from, to, kernel, groups = 1 }, declare) {
    const init = kaimingNormal(to * kernel * kernel),
      layout = groups > 1 && groups === from ? "depthwise" : "filter";
    declare.parameter(`${name}.weight`, layout, [to, from / groups, kernel, kernel], init);
  },
  fuses: [["batch_norm", "add", "relu"], ["batch_norm", "relu"], ["batch_norm"]],
  forward({ layer, followers: [norm, ...behind] }, [x, ...others], pass) {
    const weight = pass.tensor(`${layer.name}.weight`);
    if (norm === undefined) return conv2d(x, weight, layer);
    const isMeasured = pass.training && !pass.isFrozen(norm.name);
    const measured = isMeasured ? conv2dMeasured(x, weight, layer) : { y: conv2d(x, weight, layer) };
    return normalize(norm as BatchNormLayer, measured, behind, others, pass);
  },
  extent: places,
  flops: ({ from, to, kernel, groups = 1 }, [rows, columns]) =>
    2 * rows * columns * to * (from / groups) * kernel * kernel,
  onnx(layer, graph, [reader, ...others]) {
    const isFolded = graph.folds && reader?.kind === "batch_norm" && others.length === 0;
    const weights = isFolded
      ? graph.folded(layer.name, reader.name, EPSILON)
      : [graph.matrix(`${layer.name}.weight`)];
    const { groups = 1 } = layer;
    graph.node("Conv", layer, weights, { ...windowAttributes(layer), ...(groups > 1 && { group: groups }) });
    if (isFolded) graph.alias(reader.name, layer.name);
  },
};
