import { add } from "../../ops/add.ts";
import { dropout as dropoutOp, stochasticDepth } from "../../ops/dropout.ts";
import type { LayerBase, LayerKind } from "./layer.ts";

/** In training, x / (1 - p) for what is kept and 0 for a share p of the elements (torch.nn.Dropout). */
export interface DropoutLayer extends LayerBase {
  readonly kind: "dropout";
  readonly p: number;
}

/** The same for whole images (torchvision.ops.StochasticDepth in mode "row"), before the sum that ends a block. */
export interface StochasticDepthLayer extends LayerBase {
  readonly kind: "stochastic_depth";
  readonly p: number;
}

export const dropout: LayerKind<DropoutLayer> = {
  forward({ layer }, [x], pass) {
    const drawing = pass.drawing(layer.name, layer.p);
    return drawing ? dropoutOp(x, drawing) : x;
  },
  onnx: ({ name, inputs: [input] }, graph) => graph.alias(name, input),
};

export const stochastic_depth: LayerKind<StochasticDepthLayer> = {
  fuses: [["add"]],
  forward({ layer }, [x, z], pass) {
    const drawing = pass.drawing(layer.name, layer.p);
    if (drawing) return stochasticDepth(x, drawing, z);
    return z ? add(x, z) : x;
  },
  onnx: ({ name, inputs: [input] }, graph) => graph.alias(name, input),
};
