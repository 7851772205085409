import { linear as linearOp } from "../../ops/linear.ts";
import { constant, linearUniform, normal, truncatedNormal, uniform } from "../init.ts";
import type { Init } from "../parameters.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/**
 * A fully connected layer (torch.nn.Linear): [N, from] to [N, to], padded to a multiple of 4 with zeros; or the same for
 * each pixel.
 */
export interface LinearLayer extends LayerBase {
  readonly kind: "linear";
  readonly from: number;
  readonly to: number;
  /** How the weight starts: as torch.nn.Linear's by default, else the bias starts at 0. */
  readonly init?: LinearInit;
  /** Whether it reads pixels [N, H, W, from], channels last also in ONNX. */
  readonly pixels?: boolean;
}

/** Normal with a standard deviation, also one cut off at 2, or uniform in +-bound. */
export type LinearInit =
  | { readonly normal: number }
  | { readonly truncated: number }
  | { readonly uniform: number };

export const linear: LayerKind<LinearLayer> = {
  declare({ name, from, to, init }, declare) {
    const [weight, bias] = init ? [start(init), constant(0)] : [linearUniform(from), linearUniform(from)];
    declare.parameter(`${name}.weight`, "matrix", [to, from], weight);
    declare.parameter(`${name}.bias`, "vector", [to], bias);
  },
  forward: ({ layer: { name } }, [x], pass) =>
    linearOp(x, pass.tensor(`${name}.weight`), pass.tensor(`${name}.bias`)),
  flops: ({ from, to }, [rows, columns]) => 2 * rows * columns * to * from,
  onnx(layer, graph) {
    const { name } = layer, weight = graph.matrix(`${name}.weight`), bias = graph.vector(`${name}.bias`);
    if (!layer.pixels) return graph.node("Gemm", layer, [weight, bias], { transB: 1 });
    graph.node("Transpose", { name: `${name}.transposed`, inputs: [] }, [weight], { perm: [1, 0] });
    graph.node("MatMul", { name: `${name}.product`, inputs: [...layer.inputs, `${name}.transposed`] });
    graph.node("Add", { name, inputs: [`${name}.product`] }, [bias]);
  },
};

function start(init: LinearInit): Init {
  if ("normal" in init) return normal(init.normal);
  return "truncated" in init ? truncatedNormal(init.truncated) : uniform(init.uniform);
}
