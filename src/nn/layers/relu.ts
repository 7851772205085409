import { relu as reluOp } from "../../ops/relu.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/** max(x, 0) (torch.nn.ReLU), of any shape. */
export interface ReluLayer extends LayerBase {
  readonly kind: "relu";
}

export const relu: LayerKind<ReluLayer> = {
  forward: (_, [x]) => reluOp(x),
  onnx: (layer, graph) => graph.node("Relu", layer),
};
