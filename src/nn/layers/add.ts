import { add as addOp } from "../../ops/add.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/** The sum of two inputs of the same shape, at the end of a residual block. */
export interface AddLayer extends LayerBase {
  readonly kind: "add";
}

export const add: LayerKind<AddLayer> = {
  forward: (_, [a, b]) => addOp(a, b),
  onnx: (layer, graph) => graph.node("Add", layer),
};
