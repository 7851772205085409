/** MobileNetV3 (Howard et al. 2019), as in torchvision: same blocks, same state-dict names, same initial values. */
import * as z from "zod";
import { INPUT } from "../layers/layer.ts";
import { chain, type Chained } from "../layers/mod.ts";
import type { Stage } from "../model.ts";
import { convNorm, invertedResidual, lastOf } from "./inverted_residual.ts";
import { defineModel, type ModelPlugin, pretrained, type PretrainedWeights } from "./plugin.ts";

/** A block: its widths and filter, whether it has a squeeze-and-excite, and its activation. */
type Row = readonly [
  from: number,
  kernel: number,
  width: number,
  to: number,
  hasExcite: boolean,
  activation: "relu" | "hardswish",
  stride: number,
];

/** The blocks of a variant, the width of its classifier, and its weights. */
interface MobileNetVariant {
  readonly rows: readonly Row[];
  readonly classifier: number;
  readonly weights: PretrainedWeights;
}

const small: Omit<MobileNetVariant, "weights"> = {
  classifier: 1024,
  rows: [
    [16, 3, 16, 16, true, "relu", 2],
    [16, 3, 72, 24, false, "relu", 2],
    [24, 3, 88, 24, false, "relu", 1],
    [24, 5, 96, 40, true, "hardswish", 2],
    [40, 5, 240, 40, true, "hardswish", 1],
    [40, 5, 240, 40, true, "hardswish", 1],
    [40, 5, 120, 48, true, "hardswish", 1],
    [48, 5, 144, 48, true, "hardswish", 1],
    [48, 5, 288, 96, true, "hardswish", 2],
    [96, 5, 576, 96, true, "hardswish", 1],
    [96, 5, 576, 96, true, "hardswish", 1],
  ],
};

const large: Omit<MobileNetVariant, "weights"> = {
  classifier: 1280,
  rows: [
    [16, 3, 16, 16, false, "relu", 1],
    [16, 3, 64, 24, false, "relu", 2],
    [24, 3, 72, 24, false, "relu", 1],
    [24, 5, 72, 40, true, "relu", 2],
    [40, 5, 120, 40, true, "relu", 1],
    [40, 5, 120, 40, true, "relu", 1],
    [40, 3, 240, 80, false, "hardswish", 2],
    [80, 3, 200, 80, false, "hardswish", 1],
    [80, 3, 184, 80, false, "hardswish", 1],
    [80, 3, 184, 80, false, "hardswish", 1],
    [80, 3, 480, 112, true, "hardswish", 1],
    [112, 3, 672, 112, true, "hardswish", 1],
    [112, 5, 672, 160, true, "hardswish", 2],
    [160, 5, 960, 160, true, "hardswish", 1],
    [160, 5, 960, 160, true, "hardswish", 1],
  ],
};

const options = z.strictObject({
  dropout: z.number().min(0).lt(1).default(.2).describe(
    "Share of the features that the classifier drops in training",
  ),
});

/** torchvision's constants of the norms. */
const norm = { eps: 1e-3, momentum: .01 };

/** A variant as a plug-in. Blocks of the same resolution form a stage. */
function mobileNetV3({ rows, classifier, weights }: MobileNetVariant): ModelPlugin {
  return defineModel({
    options: options.describe(`MobileNetV3 of ${rows.length} blocks, for small devices`),
    weights,
    make({ dropout }, { classes }) {
      const stem = convNorm("features.0", { from: 3, to: 16, kernel: 3, stride: 2, norm }, "hardswish");
      const stages: Stage[] = [chain(INPUT, stem)];
      let last = lastOf(stages);
      rows.forEach(([from, kernel, width, to, hasExcite, activation, stride], i) => {
        const excite = { squeeze: eighths(width / 4), activation: "relu", gate: "hardsigmoid" } as const;
        const block = invertedResidual(`features.${i + 1}.`, last, {
          ...{ from, kernel, width, to, stride, activation, norm },
          ...(hasExcite && { excite }),
        });
        last = block.at(-1)!.name;
        if (stride > 1) stages.push(block);
        else stages.push([...stages.length > 1 ? stages.pop()! : [], ...block]);
      });
      const { 3: to } = rows.at(-1)!, index = rows.length + 1;
      const conv = convNorm(`features.${index}`, { from: to, to: 6 * to, kernel: 1, norm }, "hardswish");
      stages.push(chain(last, conv));
      return [...stages, chain(lastOf(stages), head(6 * to, classifier, classes, dropout))];
    },
  });
}

/** A channel count a quarter as large, as torchvision rounds it: to eighths, and by at most a tenth down. */
function eighths(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < .9 * channels ? rounded + 8 : rounded;
}

function head(from: number, width: number, classes: number, dropout: number): Chained[] {
  const init = { normal: .01 };
  return [
    { kind: "global_avg_pool", name: "avgpool" },
    { kind: "flatten", name: "flatten" },
    { kind: "linear", name: "classifier.0", from, to: width, init },
    { kind: "hardswish", name: "classifier.1" },
    { kind: "dropout", name: "classifier.2", p: dropout },
    { kind: "linear", name: "classifier.3", from: width, to: classes, init },
  ];
}

export const mobilenet_v3_small: ModelPlugin = mobileNetV3({
  ...small,
  weights: pretrained("mobilenet_v3_small-047dcff4.pth", "IMAGENET1K_V1"),
});

export const mobilenet_v3_large: ModelPlugin = mobileNetV3({
  ...large,
  weights: pretrained("mobilenet_v3_large-5c1a4163.pth", "IMAGENET1K_V2"),
});
