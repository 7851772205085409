/** Activations other than ReLU, each elementwise and of any shape; batch norms run those that they list themselves. */
import { activate } from "../../ops/activate.ts";
import type { NetworkGraph } from "../../formats/onnx/network_graph.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/** x * sigmoid(x) (torch.nn.SiLU). */
export interface SiluLayer extends LayerBase {
  readonly kind: "silu";
}

/** x * min(max(x + 3, 0), 6) / 6 (torch.nn.Hardswish). */
export interface HardswishLayer extends LayerBase {
  readonly kind: "hardswish";
}

/** x times the share of the normal distribution below x, by erf (torch.nn.GELU). */
export interface GeluLayer extends LayerBase {
  readonly kind: "gelu";
}

export const silu: LayerKind<SiluLayer> = {
  forward: (_, [x]) => activate(x, "silu"),
  onnx: (layer, graph) => writeActivation(graph, "silu", layer.name, layer.inputs[0]),
};

export const hardswish: LayerKind<HardswishLayer> = {
  forward: (_, [x]) => activate(x, "hardswish"),
  onnx: (layer, graph) => writeActivation(graph, "hardswish", layer.name, layer.inputs[0]),
};

export const gelu: LayerKind<GeluLayer> = {
  forward: (_, [x]) => activate(x, "gelu"),
  onnx: (layer, graph) => writeActivation(graph, "gelu", layer.name, layer.inputs[0]),
};

/** The activations that ONNX files have. */
type Written = "relu" | "silu" | "hardswish" | "gelu" | "sigmoid" | "hardsigmoid";

/** ONNX's HardSigmoid is PyTorch's with this slope. */
const SLOPE = { alpha: { float: 1 / 6 }, beta: { float: .5 } };

/**
 * The nodes of an activation of `input`, the last of which is `name`: of operators that all versions have, where ONNX
 * has one of its own only since a later version (HardSwish since 14, Gelu since 20).
 */
export function writeActivation(graph: NetworkGraph, kind: Written, name: string, input: string): void {
  const node = (op: string, part: string, inputs: readonly string[], attributes = {}) => {
    graph.node(op, { name: part, inputs }, [], attributes);
    return part;
  };
  switch (kind) {
    case "relu":
      return void node("Relu", name, [input]);
    case "sigmoid":
      return void node("Sigmoid", name, [input]);
    case "hardsigmoid":
      return void node("HardSigmoid", name, [input], SLOPE);
    case "silu":
      return void node("Mul", name, [input, node("Sigmoid", `${name}.sigmoid`, [input])]);
    case "hardswish":
      return void node("Mul", name, [input, node("HardSigmoid", `${name}.gate`, [input], SLOPE)]);
    case "gelu": {
      const number = (part: string, value: number) =>
        node("Constant", `${name}.${part}`, [], { value_float: { float: value } });
      const scaled = node("Mul", `${name}.scaled`, [input, number("scale", Math.SQRT1_2)]);
      const erf = node("Erf", `${name}.erf`, [scaled]);
      const twice = node("Add", `${name}.twice`, [erf, number("one", 1)]);
      const share = node("Mul", `${name}.share`, [twice, number("half", .5)]);
      return void node("Mul", name, [input, share]);
    }
  }
}
