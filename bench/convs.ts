/** The convolutions of a model, layer by layer, and their cost. */
import { layerCosts } from "../src/nn/layer_costs.ts";
import { INPUT } from "../src/nn/layers/layer.ts";
import type { Layer } from "../src/nn/layers/mod.ts";
import { architecture, type ModelName } from "../src/nn/models/mod.ts";

/** A square convolution of square images, without bias. */
export interface Conv {
  /** Rows and columns of x. */
  readonly size: number;
  /** Channels of x as they count: 3 for the stem, which is stored as 4. */
  readonly channels: number;
  readonly outputs: number;
  readonly filter: number;
  readonly stride: number;
  readonly padding: number;
  /** By default 1. */
  readonly groups?: number;
}

/** A convolution, and its number of occurrences in a model. */
export interface CountedConv {
  readonly conv: Conv;
  readonly count: number;
  /** False for the first layer, whose x is the images. */
  readonly needsDx: boolean;
}

/** 3x3, 64 to 64 channels, at 28x28: the case for comparing engines. */
export const COMPARED: Conv = { size: 28, channels: 64, outputs: 64, filter: 3, stride: 1, padding: 1 };

/** Rows and columns of y. */
export function outputSize({ size, filter, stride, padding }: Conv): number {
  return Math.floor((size + 2 * padding - filter) / stride) + 1;
}

/**
 * Floating-point operations of one pass over a batch, the same for forward, dgrad and wgrad: 2 N P Q K R S C / groups.
 */
export function convFlops(conv: Conv, batch: number): number {
  const { outputs, filter, channels, groups = 1 } = conv;
  return 2 * batch * outputSize(conv) ** 2 * outputs * filter ** 2 * channels / groups;
}

/** `3x3 64-128 g32 /2 at 56`: filter, channels, groups and stride if they are not 1, and the size of x. */
export function convName({ size, channels, outputs, filter, stride, groups = 1 }: Conv): string {
  const grouped = groups > 1 ? ` g${groups}` : "", strided = stride > 1 ? ` /${stride}` : "";
  return `${filter}x${filter} ${channels}-${outputs}${grouped}${strided} at ${size}`;
}

/** A model's convolutions starting with the stem, for images of `size` pixels. */
export function convsOf(model: ModelName, size: number): Conv[] {
  return layerCosts(layersOf(model, 1), size).flatMap(({ layer, input: [rows] }) => {
    if (layer.kind !== "conv") return [];
    const { from: channels, to: outputs, kernel: filter, stride, padding, groups = 1 } = layer;
    return [{ size: rows, channels, outputs, filter, stride, padding, groups }];
  });
}

/** The layers of a model. */
export function layersOf(name: ModelName, classes: number): Layer[] {
  return architecture({ name }, classes).stages.flat();
}

/** The distinct convolutions of a model with their counts, in the order of the model. */
export function countedConvs(model: ModelName, size: number): CountedConv[] {
  const groups = Map.groupBy(convsOf(model, size), convName);
  return [...groups.values()].map((same) => ({
    conv: same[0],
    count: same.length,
    needsDx: same[0].channels !== 3,
  }));
}

/** Operations of a training step: forward and both gradients of every layer, but for the images' gradient. */
export function stepFlops(model: ModelName, size: number, batch: number, classes: number): number {
  const passes = ({ inputs }: Layer) => inputs.includes(INPUT) ? 2 : 3;
  const costs = layerCosts(layersOf(model, classes), size);
  return batch * costs.reduce((sum, { layer, flops }) => sum + passes(layer) * flops, 0);
}
