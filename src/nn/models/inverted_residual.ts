/**
 * The block of mobile networks (Sandler et al. 2018): 1x1 up, a depthwise convolution, squeeze-and-excite, 1x1 down; as
 * in torchvision's InvertedResidual of MobileNetV3 and MBConv of EfficientNet, whose names it has.
 */
import type { Activation } from "../../ops/activate.ts";
import { chain, type Chained, type Layer } from "../layers/mod.ts";
import type { Stage } from "../model.ts";

/** An activation that is a layer of its own. */
export type LayerActivation = Extract<Activation, "relu" | "silu" | "hardswish">;

/** The constants of batch norms, where they are not PyTorch's usual ones. */
export interface NormConstants {
  readonly eps?: number;
  readonly momentum?: number;
}

/** A convolution that keeps the image's size except for its stride. */
export interface ConvNormOptions {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly norm: NormConstants;
}

/** A convolution, its batch norm and an activation, if any (torchvision.ops.Conv2dNormActivation). */
export function convNorm(name: string, conv: ConvNormOptions, activation?: LayerActivation): Chained[] {
  const { from, to, kernel, stride = 1, groups = 1, norm } = conv, padding = (kernel - 1) / 2;
  return [
    { kind: "conv", name: `${name}.0`, from, to, kernel, stride, padding, groups },
    { kind: "batch_norm", name: `${name}.1`, channels: to, ...norm },
    ...(activation ? [{ kind: activation, name: `${name}.2` }] : []),
  ];
}

/** The parameters of a block. */
export interface InvertedResidualOptions {
  readonly from: number;
  /** Channels of the depthwise convolution. */
  readonly width: number;
  readonly to: number;
  /** Side of the depthwise filter. */
  readonly kernel: number;
  readonly stride: number;
  readonly activation: LayerActivation;
  readonly norm: NormConstants;
  readonly excite?: {
    readonly squeeze: number;
    readonly activation: "relu" | "silu";
    readonly gate: "sigmoid" | "hardsigmoid";
  };
  /** The probability that training skips the block for an image, if it has a shortcut. */
  readonly drop?: number;
}

/** A block; what it reads is added where it has the same form. */
export function invertedResidual(prefix: string, input: string, o: InvertedResidualOptions): Layer[] {
  const { from, width, to, kernel, stride, activation, norm, excite } = o;
  const parts: ((name: string) => Chained[])[] = [
    ...(width === from ? [] : [
      (name: string) => convNorm(name, { from, to: width, kernel: 1, norm }, activation),
    ]),
    (name) => convNorm(name, { from: width, to: width, kernel, stride, groups: width, norm }, activation),
    ...(excite
      ? [(name: string): Chained[] => [{ kind: "squeeze_excite", name, channels: width, ...excite }]]
      : []),
    (name) => convNorm(name, { from: width, to, kernel: 1, norm }),
  ];
  const path = parts.flatMap((part, i) => part(`${prefix}block.${i}`));
  return stride === 1 && from === to ? residual(prefix, input, path, o.drop) : chain(input, path);
}

/** path(x) + x, the path being skipped with the probability `drop` in training. */
export function residual(prefix: string, input: string, path: readonly Chained[], drop?: number): Layer[] {
  const layers = chain(input, [
    ...path,
    ...(drop === undefined ? [] : [
      { kind: "stochastic_depth", name: `${prefix}stochastic_depth`, p: drop } as const,
    ]),
  ]);
  return [...layers, { kind: "add", name: `${prefix}add`, inputs: [layers.at(-1)!.name, input] }];
}

/** The name of the last layer so far. */
export function lastOf(stages: readonly Stage[]): string {
  return stages.at(-1)!.at(-1)!.name;
}
