/** Residual networks (He et al. 2015), as torchvision builds them: same blocks, same state-dict names. */
import { ConfigError } from "../base/errors.ts";
import { rng } from "../base/rng.ts";
import type { Device } from "../core/device.ts";
import type { Tensor } from "../core/tensor.ts";
import { cast } from "../ops/cast.ts";
import { globalAvgPool } from "../ops/global_avg_pool.ts";
import { maxPool2d } from "../ops/max_pool2d.ts";
import {
  batchNorm,
  conv2d,
  Declarations,
  type Following,
  isWithin,
  type Layer,
  linear,
  type Mode,
} from "./layers.ts";
import { ParameterSet, type Precision } from "./parameters.ts";

/** A model on a device. */
export interface Model {
  readonly name: string;
  readonly classes: number;
  readonly parameters: ParameterSet;
  /** Images [N, H, W, 4] f32 (RGB and zero) to logits [N, classes padded to a multiple of 4]. */
  forward(images: Tensor, mode: Mode): Tensor;
}

/** A convolution with its batch norm and what follows. */
type ConvNorm = (x: Tensor, mode: Mode, following?: Following) => Tensor;

/** A residual block's main path: y = max(path(x) + shortcut, 0). */
type Path = (x: Tensor, mode: Mode, shortcut: Tensor) => Tensor;

/** A kind of residual block: its channels grow by `expansion`. */
interface Block {
  readonly expansion: number;
  /** Declares the block's main path from `from` channels through `width`, with the given stride. */
  path(declare: Declarations, name: string, from: number, width: number, stride: number): Path;
}

/** A variant is data. */
interface Variant {
  readonly block: Block;
  readonly depths: readonly [number, number, number, number];
}

/** A convolution and its batch norm under these names. */
function convNorm(
  declare: Declarations,
  names: readonly [conv: string, norm: string],
  options: { from: number; to: number; size: number; stride?: number; padding?: number },
): ConvNorm {
  const conv = conv2d(declare, names[0], options);
  const norm = batchNorm(declare, names[1], options.to);
  const isFrozen = ["weight", "bias"].every((part) => declare.isFrozen(`${names[1]}.${part}`));
  return (x, mode, following) => {
    const own = isFrozen ? { ...mode, training: false } : mode; // as in evaluation, the statistics stay what they are
    return norm(conv(x, own), own, following);
  };
}

/** The names of a block's `index`-th convolution and its norm, as torchvision numbers them: conv1 and bn1. */
function numbered(block: string, index: number): [conv: string, norm: string] {
  return [`${block}conv${index}`, `${block}bn${index}`];
}

/** Two 3x3 convolutions (torchvision BasicBlock). */
const basic: Block = {
  expansion: 1,
  path(declare, name, from, width, stride) {
    const first = convNorm(declare, numbered(name, 1), { from, to: width, size: 3, stride, padding: 1 });
    const second = convNorm(declare, numbered(name, 2), { from: width, to: width, size: 3, padding: 1 });
    return (x, mode, shortcut) => second(first(x, mode, { relu: true }), mode, { residual: shortcut });
  },
};

/** 1x1 down, 3x3 with the stride, 1x1 up (torchvision Bottleneck, "ResNet v1.5"). */
const bottleneck: Block = {
  expansion: 4,
  path(declare, name, from, width, stride) {
    const reduce = convNorm(declare, numbered(name, 1), { from, to: width, size: 1 });
    const middle = convNorm(declare, numbered(name, 2), {
      from: width,
      to: width,
      size: 3,
      stride,
      padding: 1,
    });
    const expand = convNorm(declare, numbered(name, 3), { from: width, to: 4 * width, size: 1 });
    return (x, mode, shortcut) => {
      const narrow = middle(reduce(x, mode, { relu: true }), mode, { relu: true });
      return expand(narrow, mode, { residual: shortcut });
    };
  },
};

/** What sets the models apart: kind and number of blocks in each stage. */
export const variants = {
  resnet18: { block: basic, depths: [2, 2, 2, 2] },
  resnet34: { block: basic, depths: [3, 4, 6, 3] },
  resnet50: { block: bottleneck, depths: [3, 4, 6, 3] },
} as const satisfies Record<string, Variant>;

/** The models by name. */
export type ModelName = keyof typeof variants;
/** The names of all models. */
export const modelNames = Object.keys(variants) as ModelName[];

/** A block with its shortcut: y = max(path(x) + shortcut(x), 0). */
function residual(
  declare: Declarations,
  name: string,
  block: Block,
  from: number,
  width: number,
  stride: number,
): Layer {
  const to = width * block.expansion;
  const path = block.path(declare, name, from, width, stride);
  if (stride === 1 && from === to) return (x, mode) => path(x, mode, x);
  const names = [`${name}downsample.0`, `${name}downsample.1`] as const;
  const shortcut = convNorm(declare, names, { from, to, size: 1, stride });
  return (x, mode) => path(x, mode, shortcut(x, mode));
}

/** A block under torchvision's name. */
interface Named {
  readonly name: string;
  readonly run: Layer;
}

/** The four stages: 64, 128, 256 and 512 wide, each but the first halving the image. */
function stages(declare: Declarations, { block, depths }: Variant): Named[] {
  let from = 64;
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, i) => {
      const width = 64 * 2 ** stage;
      const name = `layer${stage + 1}.${i}`;
      const run = residual(
        declare,
        `${name}.`,
        block,
        from,
        width,
        stage > 0 && i === 0 ? 2 : 1,
      );
      from = width * block.expansion;
      return { name, run };
    })
  );
}

/** What a ResNet is made of, beside its name. */
export interface ResnetOptions {
  readonly classes: number;
  readonly seed: number;
  /** By default 32-true. */
  readonly precision?: Precision;
  /** Modules or parameters that keep their values; norms among them normalise as in evaluation. */
  readonly freeze?: readonly string[];
}

/**
 * Builds a ResNet with start values drawn from `seed`.
 * @throws ConfigError if `freeze` names what is not there, or leaves nothing to train
 * @example const model = resnet(device, "resnet18", { classes: 42, seed: 42 });
 */
export function resnet(
  device: Device,
  name: ModelName,
  { classes, seed, precision = "32-true", freeze = [] }: ResnetOptions,
): Model {
  const declare = new Declarations(freeze);
  const variant: Variant = variants[name];
  const stem = convNorm(declare, numbered("", 1), { from: 3, to: 64, size: 7, stride: 2, padding: 3 });
  const blocks = stages(declare, variant);
  const head = linear(declare, "fc", { from: 512 * variant.block.expansion, to: classes });
  requireFreeze(name, declare);
  const parameters = new ParameterSet(
    device,
    declare.parameters,
    declare.buffers,
    rng(seed, "init"),
    precision,
  );
  return {
    name,
    classes,
    parameters,
    forward(images, mode) {
      const x = precision === "16-mixed" ? cast(images, "f16") : images;
      const tapped = (module: string, activation: Tensor) => {
        mode.tap?.(module, activation);
        return activation;
      };
      const stemmed = tapped("relu", stem(x, mode, { relu: true }));
      const start = tapped("maxpool", maxPool2d(stemmed, { kernel: 3, stride: 2, padding: 1 }));
      const features = blocks.reduce((x, { name, run }) => tapped(name, run(x, mode)), start);
      return head(tapped("avgpool", globalAvgPool(features)), mode);
    },
  };
}

/** @throws ConfigError if a prefix names nothing, or all is frozen */
function requireFreeze(model: ModelName, { freeze, parameters }: Declarations): void {
  const unknown = freeze.find((prefix) => !parameters.some(({ name }) => isWithin(name, prefix)));
  if (unknown !== undefined) {
    const modules = [...new Set(parameters.map(({ name }) => name.split(".")[0]))];
    throw new ConfigError(
      `Cannot freeze "${unknown}" as ${model} has no such module or parameter: there are ${
        modules.join(", ")
      } and what is in them, such as layer4.1.bn2`,
    );
  }
  if (!parameters.every(({ declaration }) => declaration.frozen)) return;
  throw new ConfigError(`Cannot train ${model} as all of it is frozen: leave something out, such as fc`);
}

/** How many stages lie between a parameter and the logits: fc 0, layer4 1, layer3 2, layer2 3, layer1 4, the stem 5. */
export function stagesAbove(parameter: string): number {
  if (parameter.startsWith("fc.")) return 0;
  const [, stage] = /^layer(\d)\./.exec(parameter) ?? [undefined, "0"];
  return 5 - Number(stage);
}
