/** The convolutions of a ResNet, layer by layer, and what they cost. */
import type { ModelName } from "../src/nn/resnet.ts";

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
}

/** A convolution, and how often a model has it. */
export interface CountedConv {
  readonly conv: Conv;
  readonly count: number;
  /** False for the first layer, whose x is the images. */
  readonly needsDx: boolean;
}

/** 3x3, 64 to 64 channels, at 28x28: the case that engines are compared by. */
export const COMPARED: Conv = { size: 28, channels: 64, outputs: 64, filter: 3, stride: 1, padding: 1 };

/** Rows and columns of y. */
export function outputSize({ size, filter, stride, padding }: Conv): number {
  return Math.floor((size + 2 * padding - filter) / stride) + 1;
}

/** Floating-point operations of one pass over a batch, the same for forward, dgrad and wgrad: 2 N P Q K R S C. */
export function convFlops(conv: Conv, batch: number): number {
  return 2 * batch * outputSize(conv) ** 2 * conv.outputs * conv.filter ** 2 * conv.channels;
}

/** `3x3 64-128 /2 at 56`: filter, channels, stride where it is not 1, and the size of x. */
export function convName({ size, channels, outputs, filter, stride }: Conv): string {
  return `${filter}x${filter} ${channels}-${outputs}${stride > 1 ? ` /${stride}` : ""} at ${size}`;
}

/** Blocks in each stage, and whether a block is a bottleneck. */
const DEPTHS: Readonly<Record<ModelName, { readonly depths: readonly number[]; readonly wide: boolean }>> = {
  resnet18: { depths: [2, 2, 2, 2], wide: false },
  resnet34: { depths: [3, 4, 6, 3], wide: false },
  resnet50: { depths: [3, 4, 6, 3], wide: true },
};

/** A model's convolutions from the stem on, for images of `size` pixels. */
export function convsOf(model: ModelName, size: number): Conv[] {
  const { depths, wide } = DEPTHS[model];
  const stem: Conv = { size, channels: 3, outputs: 64, filter: 7, stride: 2, padding: 3 };
  const pool = { ...stem, filter: 3, padding: 1 };
  const convs = [stem];
  let input = outputSize({ ...pool, size: outputSize(stem) }), from = 64;
  const add = (size: number, channels: number, outputs: number, filter: number, stride = 1) => {
    convs.push({ size, channels, outputs, filter, stride, padding: filter >> 1 });
    return outputSize(convs.at(-1)!);
  };
  depths.forEach((depth, stage) => {
    const width = 64 * 2 ** stage, to = wide ? 4 * width : width;
    for (let block = 0; block < depth; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      if (wide) add(input, from, width, 1);
      const output = add(input, wide ? width : from, width, 3, stride);
      if (wide) add(output, width, to, 1);
      else add(output, width, width, 3);
      if (stride > 1 || from !== to) add(input, from, to, 1, stride);
      [input, from] = [output, to];
    }
  });
  return convs;
}

/** The distinct convolutions of a model with their numbers, in the order of the model. */
export function countedConvs(model: ModelName, size: number): CountedConv[] {
  const groups = Map.groupBy(convsOf(model, size), convName);
  return [...groups.values()].map((same) => ({
    conv: same[0],
    count: same.length,
    needsDx: same[0].channels !== 3,
  }));
}

/** Operations of a training step: forward and both gradients of every convolution and of the last layer. */
export function stepFlops(model: ModelName, size: number, batch: number, classes: number): number {
  const head = 2 * batch * (DEPTHS[model].wide ? 2048 : 512) * classes;
  const convs = countedConvs(model, size).map(({ conv, count, needsDx }) =>
    count * (needsDx ? 3 : 2) * convFlops(conv, batch)
  );
  return convs.reduce((sum, flops) => sum + flops, 3 * head);
}
