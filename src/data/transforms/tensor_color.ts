/**
 * Contrast and saturation of torchvision's 8-bit tensors, which automatic augmentation has: the grey of a pixel is a sum in
 * float32 without its fraction, its mean over the image keeps the fraction, and a blend is `v * factor + grey * (1 -
 * factor)`. Brightness is the same in both.
 */
import type { Picture } from "../types.ts";

const f = Math.fround;

/** The grey of a pixel; of a grey one, too, it is a level darker, as the weights add up to 0.9999. */
export function tensorLuma(r: number, g: number, b: number): number {
  return Math.floor(f(f(f(f(0.2989) * r) + f(0.587) * g) + f(0.114) * b));
}

/** torchvision's `_blend` for one value. */
function blend(value: number, level: number, factor: number, rest: number): number {
  return f(f(factor * value) + rest * level);
}

/** The parts of a blend: the factor of the image, and that of what it is blended with. */
export function blendFactors(factor: number): readonly [image: number, rest: number] {
  return [f(factor), f(1 - factor)];
}

/** Blends with the image's mean grey: 0 gives that grey, 1 the original. */
export function adjustTensorContrast({ width, height, data }: Picture, by: number): Picture {
  const [factor, rest] = blendFactors(by);
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += tensorLuma(data[i], data[i + 1], data[i + 2]);
  const mean = f(sum / (width * height));
  return { width, height, data: cut(data, (value) => blend(value, mean, factor, rest)) };
}

/** Blends each pixel with its own grey: 0 gives a greyscale image, 1 the original. */
export function adjustTensorSaturation({ width, height, data }: Picture, by: number): Picture {
  const [factor, rest] = blendFactors(by);
  const gray = (i: number) => {
    const pixel = i - i % 3;
    return tensorLuma(data[pixel], data[pixel + 1], data[pixel + 2]);
  };
  return { width, height, data: cut(data, (value, i) => blend(value, gray(i), factor, rest)) };
}

/** Levels by a rule, without their fractions and within 0 .. 255. */
function cut(data: Uint8Array, rule: (value: number, i: number) => number): Uint8Array {
  return data.map((value, i) => Math.max(0, Math.min(255, Math.trunc(rule(value, i)))));
}
