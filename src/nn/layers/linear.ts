import { linear as linearOp } from "../../ops/linear.ts";
import { linearUniform } from "../init.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/** A fully connected layer (torch.nn.Linear): [N, from] to [N, to], padded to a multiple of 4 with zeros. */
export interface LinearLayer extends LayerBase {
  readonly kind: "linear";
  readonly from: number;
  readonly to: number;
}

export const linear: LayerKind<LinearLayer> = {
  declare({ name, from, to }, declare) {
    declare.parameter(`${name}.weight`, "matrix", [to, from], linearUniform(from));
    declare.parameter(`${name}.bias`, "vector", [to], linearUniform(from));
  },
  forward: ({ layer: { name } }, [x], pass) =>
    linearOp(x, pass.tensor(`${name}.weight`), pass.tensor(`${name}.bias`)),
  flops: ({ from, to }, [rows, columns]) => 2 * rows * columns * to * from,
  onnx(layer, graph) {
    const weights = [graph.matrix(`${layer.name}.weight`), graph.vector(`${layer.name}.bias`)];
    graph.node("Gemm", layer, weights, { transB: 1 });
  },
};
