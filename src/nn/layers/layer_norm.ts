import { layerNorm } from "../../ops/layer_norm.ts";
import type { NetworkGraph } from "../../formats/onnx/network_graph.ts";
import { constant } from "../init.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/** Normalisation over the channels of each pixel (torch.nn.LayerNorm): [N, H, W, channels] to the same. */
export interface LayerNormLayer extends LayerBase {
  readonly kind: "layer_norm";
  readonly channels: number;
  readonly eps: number;
  /** Whether ONNX has the channels last where it stands; by default they come second, as in images. */
  readonly last?: boolean;
}

export const layer_norm: LayerKind<LayerNormLayer> = {
  declare({ name, channels }, declare) {
    declare.parameter(`${name}.weight`, "vector", [channels], constant(1));
    declare.parameter(`${name}.bias`, "vector", [channels], constant(0));
  },
  forward: ({ layer: { name, eps } }, [x], pass) =>
    layerNorm(x, pass.tensor(`${name}.weight`), pass.tensor(`${name}.bias`), { eps }),
  onnx(layer, graph) {
    const { name, inputs: [input] } = layer;
    if (layer.last) return writeNorm(layer, graph, name, input);
    graph.node("Transpose", { name: `${name}.last`, inputs: [input] }, [], { perm: [0, 2, 3, 1] });
    writeNorm(layer, graph, `${name}.norm`, `${name}.last`);
    graph.node("Transpose", { name, inputs: [`${name}.norm`] }, [], { perm: [0, 3, 1, 2] });
  },
};

/** The nodes of a norm over the last axis: one since version 17 of the operators, before that what it is made of. */
function writeNorm({ name, eps }: LayerNormLayer, graph: NetworkGraph, output: string, input: string): void {
  const weight = graph.vector(`${name}.weight`), bias = graph.vector(`${name}.bias`);
  if (graph.options.opset >= 17) {
    const attributes = { axis: -1, epsilon: { float: eps } };
    return graph.node("LayerNormalization", { name: output, inputs: [input] }, [weight, bias], attributes);
  }
  const node = (op: string, part: string, inputs: readonly string[], weights: readonly string[] = []) => {
    graph.node(
      op,
      { name: `${name}.${part}`, inputs },
      weights,
      op === "ReduceMean" ? { axes: [-1], keepdims: 1 } : {},
    );
    return `${name}.${part}`;
  };
  const centred = node("Sub", "centred", [input, node("ReduceMean", "mean", [input])]);
  const variance = node("ReduceMean", "variance", [node("Mul", "squares", [centred, centred])]);
  graph.node("Constant", { name: `${name}.eps`, inputs: [] }, [], { value_float: { float: eps } });
  const deviation = node("Sqrt", "deviation", [node("Add", "shifted", [variance, `${name}.eps`])]);
  const scaled = node("Mul", "scaled", [node("Div", "normal", [centred, deviation])], [weight]);
  graph.node("Add", { name: output, inputs: [scaled] }, [bias]);
}
