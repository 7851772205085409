import { maxPool2d } from "../../ops/max_pool2d.ts";
import type { LayerBase, LayerKind } from "./layer.ts";
import { places, type SlidingWindow, windowAttributes } from "./sliding_window.ts";

/** The maximum of each square window (torch.nn.MaxPool2d): [N, H, W, C] to [N, P, Q, C]. */
export interface MaxPoolLayer extends LayerBase, SlidingWindow {
  readonly kind: "max_pool";
}

export const max_pool: LayerKind<MaxPoolLayer> = {
  forward: ({ layer }, [x]) => maxPool2d(x, layer),
  extent: places,
  onnx: (layer, graph) => graph.node("MaxPool", layer, [], windowAttributes(layer)),
};
