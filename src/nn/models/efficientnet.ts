/**
 * EfficientNet (Tan and Le 2019) and EfficientNetV2 (2021), as in torchvision: same blocks, same state-dict names, same
 * initial values.
 */
import * as z from "zod";
import { INPUT } from "../layers/layer.ts";
import { chain, type Chained, type Layer } from "../layers/mod.ts";
import type { Stage } from "../model.ts";
import { convNorm, invertedResidual, lastOf, type NormConstants, residual } from "./inverted_residual.ts";
import { defineModel, type ModelPlugin, pretrained, type PretrainedWeights } from "./plugin.ts";

/** Blocks of a stage. Fused ones have one convolution in place of the first 1x1 and the depthwise one. */
type Row = readonly [
  block: "fused" | "depthwise",
  expansion: number,
  kernel: number,
  stride: number,
  from: number,
  to: number,
  depth: number,
];

/** The stages of a variant, the constants of its norms, and its weights. */
interface EfficientNetVariant {
  readonly rows: readonly Row[];
  readonly norm: NormConstants;
  readonly weights: PretrainedWeights;
}

const b0: Omit<EfficientNetVariant, "weights"> = {
  norm: {},
  rows: [
    ["depthwise", 1, 3, 1, 32, 16, 1],
    ["depthwise", 6, 3, 2, 16, 24, 2],
    ["depthwise", 6, 5, 2, 24, 40, 2],
    ["depthwise", 6, 3, 2, 40, 80, 3],
    ["depthwise", 6, 5, 1, 80, 112, 3],
    ["depthwise", 6, 5, 2, 112, 192, 4],
    ["depthwise", 6, 3, 1, 192, 320, 1],
  ],
};

const v2s: Omit<EfficientNetVariant, "weights"> = {
  norm: { eps: 1e-3 },
  rows: [
    ["fused", 1, 3, 1, 24, 24, 2],
    ["fused", 4, 3, 2, 24, 48, 4],
    ["fused", 4, 3, 2, 48, 64, 4],
    ["depthwise", 4, 3, 2, 64, 128, 6],
    ["depthwise", 6, 3, 1, 128, 160, 9],
    ["depthwise", 6, 3, 2, 160, 256, 15],
  ],
};

/** Channels of the last convolution. */
const FEATURES = 1280;

const options = z.strictObject({
  dropout: z.number().min(0).lt(1).default(.2).describe(
    "Share of the features that the classifier drops in training",
  ),
  stochastic_depth: z.number().min(0).lt(1).default(.2).describe(
    "Probability that training skips the last block for an image; it grows from 0 at the first",
  ),
});

/** A variant as a plug-in. */
function efficientNet({ rows, norm, weights }: EfficientNetVariant): ModelPlugin {
  const blocks = rows.reduce((sum, { 6: depth }) => sum + depth, 0);
  return defineModel({
    options: options.describe(`EfficientNet of ${blocks} blocks`),
    weights,
    make({ dropout, stochastic_depth }, { classes }) {
      const [{ 4: width }] = rows;
      const stem = convNorm("features.0", { from: 3, to: width, kernel: 3, stride: 2, norm }, "silu");
      const stages: Stage[] = [chain(INPUT, stem)];
      let before = 0;
      rows.forEach((row, i) => {
        const drop = (block: number) => stochastic_depth * block / blocks;
        stages.push(stage(`features.${i + 1}`, lastOf(stages), row, norm, (j) => drop(before + j)));
        before += row[6];
      });
      const { 5: from } = rows.at(-1)!, last = `features.${rows.length + 1}`;
      stages.push(chain(lastOf(stages), convNorm(last, { from, to: FEATURES, kernel: 1, norm }, "silu")));
      return [...stages, chain(lastOf(stages), head(classes, dropout))];
    },
  });
}

/** The blocks of a stage, of which the first has the stride. */
function stage(
  name: string,
  input: string,
  row: Row,
  norm: NormConstants,
  drop: (block: number) => number,
): Stage {
  const [block, expansion, kernel, rowStride, rowFrom, to, depth] = row, layers: Layer[] = [];
  for (let i = 0; i < depth; i++) {
    const from = i === 0 ? rowFrom : to, stride = i === 0 ? rowStride : 1, width = expansion * from;
    const prefix = `${name}.${i}.`, last = layers.at(-1)?.name ?? input;
    const sizes = { from, width, to, kernel, stride, norm, drop: drop(i) };
    const excite = { squeeze: Math.floor(from / 4), activation: "silu", gate: "sigmoid" } as const;
    layers.push(
      ...(block === "fused"
        ? fused(prefix, last, sizes)
        : invertedResidual(prefix, last, { ...sizes, activation: "silu", excite })),
    );
  }
  return layers;
}

/** The sizes of a fused block. */
interface FusedOptions {
  readonly from: number;
  readonly width: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride: number;
  readonly norm: NormConstants;
  readonly drop: number;
}

/** One convolution up and a 1x1 down, or one alone where nothing grows (torchvision FusedMBConv). */
function fused(prefix: string, input: string, o: FusedOptions): Layer[] {
  const { from, width, to, kernel, stride, norm, drop } = o;
  const conv = (to: number) => convNorm(`${prefix}block.0`, { from, to, kernel, stride, norm }, "silu");
  const path = width === from
    ? conv(to)
    : [...conv(width), ...convNorm(`${prefix}block.1`, { from: width, to, kernel: 1, norm })];
  return stride === 1 && from === to ? residual(prefix, input, path, drop) : chain(input, path);
}

function head(classes: number, dropout: number): Chained[] {
  return [
    { kind: "global_avg_pool", name: "avgpool" },
    { kind: "flatten", name: "flatten" },
    { kind: "dropout", name: "classifier.0", p: dropout },
    {
      kind: "linear",
      name: "classifier.1",
      from: FEATURES,
      to: classes,
      init: { uniform: 1 / Math.sqrt(classes) },
    },
  ];
}

export const efficientnet_b0: ModelPlugin = efficientNet({
  ...b0,
  weights: {
    ...pretrained("efficientnet_b0_rwightman-7f5810bc.pth", "IMAGENET1K_V1"),
    interpolation: "bicubic",
  },
});

export const efficientnet_v2_s: ModelPlugin = efficientNet({
  ...v2s,
  weights: {
    ...pretrained("efficientnet_v2_s-dd5fe13b.pth", "IMAGENET1K_V1"),
    ...{ resize: 384, crop: 384 },
  },
});
