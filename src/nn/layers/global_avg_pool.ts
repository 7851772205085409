import { globalAvgPool } from "../../ops/global_avg_pool.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/** The mean over all pixels (torch.nn.AdaptiveAvgPool2d(1)): [N, H, W, C] to [N, C], already flat. */
export interface GlobalAvgPoolLayer extends LayerBase {
  readonly kind: "global_avg_pool";
}

export const global_avg_pool: LayerKind<GlobalAvgPoolLayer> = {
  forward: (_, [x]) => globalAvgPool(x),
  extent: () => [1, 1],
  onnx: (layer, graph) => graph.node("GlobalAveragePool", layer),
};
