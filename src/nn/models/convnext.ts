/** ConvNeXt (Liu et al. 2022), as in torchvision: same blocks, same state-dict names, same initial values. */
import * as z from "zod";
import { INPUT } from "../layers/layer.ts";
import { chain, type Chained, type Layer } from "../layers/mod.ts";
import type { Stage } from "../model.ts";
import { lastOf, residual } from "./inverted_residual.ts";
import { defineModel, type ModelPlugin, pretrained, type PretrainedWeights } from "./plugin.ts";

/** The blocks of each stage, the default of `stochastic_depth`, and the weights. */
interface ConvNextVariant {
  readonly depths: readonly number[];
  readonly drop: number;
  readonly weights: PretrainedWeights;
}

/** Channels of the stages. */
const WIDTHS = [96, 192, 384, 768];
const EPS = 1e-6, LAYER_SCALE = 1e-6;
/** All weights start from a normal of this standard deviation. */
const DEVIATION = .02;

function optionsOf(drop: number) {
  return z.strictObject({
    stochastic_depth: z.number().min(0).lt(1).default(drop).describe(
      "Probability that training skips the last block for an image; it grows from 0 at the first",
    ),
  });
}

/** A variant as a plug-in. */
function convNext(
  { depths, drop, weights }: ConvNextVariant,
): ModelPlugin {
  const blocks = depths.reduce((sum, depth) => sum + depth, 0);
  return defineModel({
    options: optionsOf(drop).describe(`ConvNeXt of ${depths.join(" + ")} blocks`),
    weights,
    make({ stochastic_depth }, { classes }) {
      const stages: Stage[] = [chain(INPUT, [
        conv("features.0.0", { from: 3, to: WIDTHS[0], kernel: 4, stride: 4 }),
        norm("features.0.1", WIDTHS[0]),
      ])];
      let before = 0;
      depths.forEach((depth, i) => {
        const layers: Layer[] = i === 0 ? [] : chain(lastOf(stages), [
          norm(`features.${2 * i}.0`, WIDTHS[i - 1]),
          conv(`features.${2 * i}.1`, { from: WIDTHS[i - 1], to: WIDTHS[i], kernel: 2, stride: 2 }),
        ]);
        for (let j = 0; j < depth; j++, before++) {
          const prefix = `features.${2 * i + 1}.${j}.`, input = layers.at(-1)?.name ?? lastOf(stages);
          layers.push(
            ...residual(prefix, input, path(prefix, WIDTHS[i]), stochastic_depth * before / (blocks - 1)),
          );
        }
        stages.push(layers);
      });
      return [...stages, chain(lastOf(stages), head(WIDTHS.at(-1)!, classes))];
    },
  });
}

/** A convolution with a bias. */
function conv(
  name: string,
  sizes: { from: number; to: number; kernel: number; stride: number; padding?: number; groups?: number },
): Chained {
  return { kind: "conv", name, padding: 0, ...sizes, bias: true, truncated: DEVIATION };
}

function norm(name: string, channels: number, last = false): Chained {
  return { kind: "layer_norm", name, channels, eps: EPS, last };
}

/** The path of a block: a 7x7 depthwise convolution, then four times the channels and back at each pixel. */
function path(prefix: string, width: number): Chained[] {
  const init = { truncated: DEVIATION };
  return [
    conv(`${prefix}block.0`, { from: width, to: width, kernel: 7, stride: 1, padding: 3, groups: width }),
    { kind: "permute", name: `${prefix}block.1`, channels: "last" },
    norm(`${prefix}block.2`, width, true),
    { kind: "linear", name: `${prefix}block.3`, from: width, to: 4 * width, init, pixels: true },
    { kind: "gelu", name: `${prefix}block.4` },
    { kind: "linear", name: `${prefix}block.5`, from: 4 * width, to: width, init, pixels: true },
    { kind: "permute", name: `${prefix}block.6`, channels: "second" },
    {
      kind: "layer_scale",
      name: `${prefix}mul`,
      parameter: `${prefix}layer_scale`,
      channels: width,
      start: LAYER_SCALE,
    },
  ];
}

function head(from: number, classes: number): Chained[] {
  return [
    { kind: "global_avg_pool", name: "avgpool" },
    norm("classifier.0", from),
    { kind: "flatten", name: "classifier.1" },
    { kind: "linear", name: "classifier.2", from, to: classes, init: { truncated: DEVIATION } },
  ];
}

export const convnext_tiny: ModelPlugin = convNext({
  depths: [3, 3, 9, 3],
  drop: .1,
  weights: { ...pretrained("convnext_tiny-983f1562.pth", "IMAGENET1K_V1"), resize: 236 },
});

export const convnext_small: ModelPlugin = convNext({
  depths: [3, 3, 27, 3],
  drop: .4,
  weights: { ...pretrained("convnext_small-0c510722.pth", "IMAGENET1K_V1"), resize: 230 },
});
