import type { Model } from "./resnet.ts";

/**
 * Floating-point operations of a ResNet's forward pass for one image, 2 for each multiply-add of its convolutions and
 * its classifier: 3.63e9 for ResNet-18 at 224 pixels and 1,000 classes, twice what torchvision lists as GFLOPS.
 * A backward pass takes about twice as many.
 */
export function forwardFlops({ parameters }: Pick<Model, "parameters">, imageSize: number): number {
  const sides = stageSides(imageSize);
  return parameters.parameters.reduce((sum, { name, declaration: { torchShape } }) => {
    if (torchShape.length < 2) return sum;
    const positions = name === "fc.weight" ? 1 : outputSide(name, torchShape[2], sides) ** 2;
    return sum + 2 * positions * torchShape.reduce((product, size) => product * size, 1);
  }, 0);
}

/** Rows and columns behind the stem, the pooling, and each of the four stages. */
function stageSides(imageSize: number): number[] {
  const half = (side: number) => Math.ceil(side / 2);
  const stem = half(imageSize), sides = [stem, half(stem)];
  for (let stage = 2; stage <= 4; stage++) sides.push(half(sides.at(-1)!));
  return sides;
}

/** Rows and columns of what a convolution gives, by its name in the state dict. */
function outputSide(name: string, filter: number, sides: readonly number[]): number {
  const [, stage, block, conv] = /^layer(\d)\.(\d+)\.(\w+)/.exec(name) ?? [];
  if (stage === undefined) return sides[0];
  const isBeforeStride = filter === 1 && conv === "conv1" && block === "0" && stage !== "1";
  return sides[Number(stage) - (isBeforeStride ? 1 : 0)];
}
