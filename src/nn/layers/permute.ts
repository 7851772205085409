import type { LayerBase, LayerKind } from "./layer.ts";

/** Channels last, or second again (torchvision.ops.Permute). Needed only in ONNX: the engine has them last. */
export interface PermuteLayer extends LayerBase {
  readonly kind: "permute";
  readonly channels: "last" | "second";
}

export const permute: LayerKind<PermuteLayer> = {
  forward: (_, [x]) => x,
  onnx: (layer, graph) =>
    graph.node("Transpose", layer, [], { perm: layer.channels === "last" ? [0, 2, 3, 1] : [0, 3, 1, 2] }),
};
