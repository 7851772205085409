/**
 * Residual networks (He et al. 2015), wide ones (Zagoruyko and Komodakis 2016) and those of grouped convolutions
 * (ResNeXt, Xie et al. 2016), as in torchvision: same blocks, same state-dict names. Layers that are not modules have
 * torch.fx's names.
 */
import * as z from "zod";
import { INPUT } from "../layers/layer.ts";
import { chain, type Chained, type Layer } from "../layers/mod.ts";
import type { Stage } from "../model.ts";
import { defineModel, type ModelPlugin, pretrained, type PretrainedWeights } from "./plugin.ts";

/** A kind of residual block: its channels grow by `expansion`. */
interface Block {
  readonly expansion: number;
  /** How it differs from the plain one, for --help. */
  readonly about?: string;
  /** Convolutions of the main path, from `from` channels through `width`; one of them has the stride. */
  path(from: number, width: number, stride: number): ConvOptions[];
}

/** The varying options of a convolution; it keeps the image's size except for its stride. */
interface ConvOptions {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** Two 3x3 convolutions (torchvision BasicBlock). */
const basic: Block = {
  expansion: 1,
  path: (from, width, stride) => [
    { from, to: width, kernel: 3, stride },
    { from: width, to: width, kernel: 3 },
  ],
};

/**
 * 1x1 down, 3x3 with the stride, 1x1 up (torchvision Bottleneck, "ResNet v1.5").
 * @param groups groups of the 3x3 convolution
 * @param perGroup channels of a group where a stage is 64 wide
 */
function bottleneck({ groups = 1, perGroup = 64 } = {}): Block {
  const wide = perGroup > 64 ? `, ${perGroup / 64} times as wide inside` : "";
  return {
    expansion: 4,
    about: groups > 1 ? `, 3x3 convolutions in ${groups} groups` : wide,
    path(from, width, stride) {
      const inner = groups * perGroup * width / 64;
      return [
        { from, to: inner, kernel: 1 },
        { from: inner, to: inner, kernel: 3, stride, groups },
        { from: inner, to: 4 * width, kernel: 1 },
      ];
    },
  };
}

/** The parameters of a variant. */
interface Variant {
  readonly block: Block;
  /** Blocks in each stage: 64, 128, 256 and 512 wide; all but the first halve the image. */
  readonly depths: readonly [number, number, number, number];
  readonly weights: PretrainedWeights;
}

const options = z.strictObject({
  stem: z.enum(["imagenet", "small"]).default("imagenet").describe(
    "imagenet: 7x7, stride 2, and a pool; small: 3x3, stride 1, without a pool, for images of 64 px and less",
  ),
});

/** A variant as a plug-in. */
function resnet({ block, depths, weights }: Variant): ModelPlugin {
  return defineModel({
    options: options.describe(`Residual network of ${depths.join(" + ")} blocks${block.about ?? ""}`),
    weights,
    make({ stem }, { classes }) {
      const stages: Stage[] = [stems[stem]];
      depths.forEach((depth, i) => {
        const from = i === 0 ? 64 : 64 * 2 ** (i - 1) * block.expansion;
        stages.push(
          stage(`layer${i + 1}`, lastOf(stages), {
            block,
            depth,
            from,
            width: 64 * 2 ** i,
            stride: i > 0 ? 2 : 1,
          }),
        );
      });
      return [...stages, head(lastOf(stages), 512 * block.expansion, classes)];
    },
  });
}

/**
 * The first stage: a 7x7 convolution and a pool, which together reduce the image to a quarter of its sides, or a 3x3
 * convolution that keeps it.
 */
const stems: Readonly<Record<z.output<typeof options>["stem"], Stage>> = {
  imagenet: chain(INPUT, [
    ...convNorm("conv1", "bn1", { from: 3, to: 64, kernel: 7, stride: 2 }),
    { kind: "relu", name: "relu" },
    { kind: "max_pool", name: "maxpool", kernel: 3, stride: 2, padding: 1 },
  ]),
  small: chain(INPUT, [
    ...convNorm("conv1", "bn1", { from: 3, to: 64, kernel: 3 }),
    { kind: "relu", name: "relu" },
  ]),
};

/** The mean of each channel, and the classifier. */
function head(input: string, from: number, classes: number): Stage {
  return chain(input, [
    { kind: "global_avg_pool", name: "avgpool" },
    { kind: "flatten", name: "flatten" },
    { kind: "linear", name: "fc", from, to: classes },
  ]);
}

/** The parameters of a stage; its first block maps `from` channels to those of the others. */
interface StageOptions {
  readonly block: Block;
  readonly depth: number;
  readonly from: number;
  readonly width: number;
  /** Stride of the first block. */
  readonly stride: number;
}

function stage(name: string, input: string, { block, depth, from, width, stride }: StageOptions): Stage {
  const to = width * block.expansion, layers: Layer[] = [];
  for (let i = 0; i < depth; i++) {
    const path = i === 0 ? block.path(from, width, stride) : block.path(to, width, 1);
    layers.push(...residual(`${name}.${i}.`, layers.at(-1)?.name ?? input, path));
  }
  return layers;
}

/** A block with its shortcut: y = max(path(x) + shortcut(x), 0). */
function residual(prefix: string, input: string, convs: readonly ConvOptions[]): Layer[] {
  const path = chain(
    input,
    convs.flatMap((conv, i): Chained[] => [
      ...(i > 0 ? [relu(prefix, i - 1)] : []),
      ...convNorm(`${prefix}conv${i + 1}`, `${prefix}bn${i + 1}`, conv),
    ]),
  );
  const { from } = convs[0], { to } = convs.at(-1)!;
  const stride = Math.max(...convs.map(({ stride = 1 }) => stride));
  const shortcut = stride === 1 && from === to ? [] : chain(
    input,
    convNorm(`${prefix}downsample.0`, `${prefix}downsample.1`, { from, to, kernel: 1, stride }),
  );
  const add = {
    kind: "add",
    name: `${prefix}add`,
    inputs: [path.at(-1)!.name, shortcut.at(-1)?.name ?? input],
  } as const;
  return [...path, ...shortcut, add, ...chain(add.name, [relu(prefix, convs.length - 1)])];
}

/** A block's `index`-th use of its one ReLU, as torch.fx counts them: relu, relu_1, relu_2. */
function relu(prefix: string, index: number): Chained {
  return { kind: "relu", name: `${prefix}relu${index === 0 ? "" : `_${index}`}` };
}

/** A convolution and its batch norm. */
function convNorm(conv: string, norm: string, { stride = 1, ...options }: ConvOptions): Chained[] {
  const padding = (options.kernel - 1) / 2;
  return [
    { kind: "conv", name: conv, ...options, stride, padding },
    { kind: "batch_norm", name: norm, channels: options.to },
  ];
}

function lastOf(stages: readonly Stage[]): string {
  return stages.at(-1)!.at(-1)!.name;
}

export const resnet18: ModelPlugin = resnet({
  block: basic,
  depths: [2, 2, 2, 2],
  weights: pretrained("resnet18-f37072fd.pth", "IMAGENET1K_V1"),
});

export const resnet34: ModelPlugin = resnet({
  block: basic,
  depths: [3, 4, 6, 3],
  weights: pretrained("resnet34-b627a593.pth", "IMAGENET1K_V1"),
});

export const resnet50: ModelPlugin = resnet({
  block: bottleneck(),
  depths: [3, 4, 6, 3],
  weights: pretrained("resnet50-11ad3fa6.pth", "IMAGENET1K_V2"),
});

export const resnet101: ModelPlugin = resnet({
  block: bottleneck(),
  depths: [3, 4, 23, 3],
  weights: pretrained("resnet101-cd907fc2.pth", "IMAGENET1K_V2"),
});

export const resnet152: ModelPlugin = resnet({
  block: bottleneck(),
  depths: [3, 8, 36, 3],
  weights: pretrained("resnet152-f82ba261.pth", "IMAGENET1K_V2"),
});

export const wide_resnet50_2: ModelPlugin = resnet({
  block: bottleneck({ perGroup: 128 }),
  depths: [3, 4, 6, 3],
  weights: pretrained("wide_resnet50_2-9ba9bcbe.pth", "IMAGENET1K_V2"),
});

export const wide_resnet101_2: ModelPlugin = resnet({
  block: bottleneck({ perGroup: 128 }),
  depths: [3, 4, 23, 3],
  weights: pretrained("wide_resnet101_2-d733dc28.pth", "IMAGENET1K_V2"),
});

export const resnext50_32x4d: ModelPlugin = resnet({
  block: bottleneck({ groups: 32, perGroup: 4 }),
  depths: [3, 4, 6, 3],
  weights: pretrained("resnext50_32x4d-1a0047aa.pth", "IMAGENET1K_V2"),
});

export const resnext101_32x8d: ModelPlugin = resnet({
  block: bottleneck({ groups: 32, perGroup: 8 }),
  depths: [3, 4, 23, 3],
  weights: pretrained("resnext101_32x8d-110c445d.pth", "IMAGENET1K_V2"),
});
