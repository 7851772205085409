/** The cost of each layer of a network: its output's size, its parameters, and its floating-point operations. */
import { declareLayers, parameterCount } from "./declare_layers.ts";
import { type Extent, INPUT } from "./layers/layer.ts";
import { kindOf, type Layer } from "./layers/mod.ts";

/** The costs of a layer for one square image. */
export interface LayerCost<Of extends Layer = Layer> {
  readonly layer: Of;
  /** Rows and columns of its first input, and of its output. */
  readonly input: Extent;
  readonly output: Extent;
  /** Number of trained values. */
  readonly parameters: number;
  /** Floating-point operations of the forward pass, 2 for each multiply-add of convolutions and linear layers. */
  readonly flops: number;
}

/** The table of a network's layers, in order. */
export function layerCosts(layers: readonly Layer[], imageSize: number): LayerCost[] {
  const extents = new Map<string, Extent>([[INPUT, [imageSize, imageSize]]]);
  return layers.map((layer) => {
    const kind = kindOf(layer), input = extents.get(layer.inputs[0])!;
    const output = kind.extent?.(layer, input) ?? input;
    extents.set(layer.name, output);
    const flops = kind.flops?.(layer, output) ?? 0;
    return { layer, input, output, parameters: parameterCount(declareLayers([layer]).parameters), flops };
  });
}

/**
 * Floating-point operations of a forward pass for one image: 3.63e9 for ResNet-18 at 224 pixels and 1,000 classes,
 * twice what torchvision lists as GFLOPS. A backward pass takes about twice as many.
 */
export function forwardFlops({ layers }: { readonly layers: readonly Layer[] }, imageSize: number): number {
  return layerCosts(layers, imageSize).reduce((sum, { flops }) => sum + flops, 0);
}
