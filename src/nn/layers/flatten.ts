import { formatShape } from "../../base/shape.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/**
 * [N, C, 1, 1] to [N, C] (torch.flatten from axis 1). Needed only in ONNX, because the engine's global pool is
 * already flat.
 */
export interface FlattenLayer extends LayerBase {
  readonly kind: "flatten";
}

export const flatten: LayerKind<FlattenLayer> = {
  forward({ layer }, [x]) {
    if (x.shape.length === 2) return x;
    throw new TypeError(
      `Cannot run ${layer.name}: it must read a global pool's output [N, C], current input is ${
        formatShape(x.shape)
      }`,
    );
  },
  extent: () => [1, 1],
  onnx: (layer, graph) => graph.node("Flatten", layer),
};
