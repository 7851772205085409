import { layerScale } from "../../ops/layer_scale.ts";
import { stochasticDepth } from "../../ops/dropout.ts";
import { constant } from "../init.ts";
import type { StochasticDepthLayer } from "./dropout.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/** A factor for each channel, small at first, at the end of a residual path (torchvision's CNBlock). */
export interface LayerScaleLayer extends LayerBase {
  readonly kind: "layer_scale";
  /** Its parameter, which is no module's in torchvision: `features.1.0.layer_scale`. */
  readonly parameter: string;
  readonly channels: number;
  /** Its value at the start. */
  readonly start: number;
}

export const layer_scale: LayerKind<LayerScaleLayer> = {
  declare: ({ parameter, channels, start }, declare) =>
    declare.parameter(parameter, "vector", [channels, 1, 1], constant(start)),
  fuses: [["stochastic_depth", "add"]],
  forward({ layer: { name, parameter }, followers: [dropped] }, [x, z], pass) {
    const { p, name: drop } = dropped as StochasticDepthLayer ?? { p: 0, name };
    const drawing = pass.drawing(drop, p), scale = pass.tensor(parameter);
    return drawing ? stochasticDepth(layerScale(x, scale), drawing, z) : layerScale(x, scale, z);
  },
  onnx: (layer, graph) => graph.node("Mul", layer, [graph.vector(layer.parameter)]),
};
