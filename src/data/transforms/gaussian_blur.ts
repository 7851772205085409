/** GaussianBlur as torchvision's tensor backend computes it: along rows, then along columns. */
import * as z from "zod";
import type { Picture } from "../types.ts";
import type { Blur } from "./operation.ts";
import { defineTransform, roundHalfEven, type TransformPlugin } from "./transform.ts";

const f = Math.fround;

/** Torchvision's _get_gaussian_kernel1d: `size` float32 weights that sum to 1. */
export function gaussianWeights(size: number, sigma: number): Float32Array {
  const weights = Float32Array.from({ length: size }, (_, i) => {
    const x = f((i - (size - 1) / 2) / f(sigma));
    return Math.exp(-0.5 * f(x * x));
  });
  const sum = f(weights.reduce((total, weight) => total + weight, 0));
  return weights.map((weight) => weight / sum);
}

/** Reflects position `i` into 0 .. n-1 without repeating the end pixels. */
export function reflect(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const at = ((i % period) + period) % period;
  return at < n ? at : period - at;
}

/** Blurs each row along x: [height, width, 3]. */
function blurRows({ width, height, data }: Picture, weights: Float32Array): Float32Array {
  const out = new Float32Array(data.length);
  const radius = (weights.length - 1) / 2;
  const places = Int32Array.from({ length: width + 2 * radius }, (_, i) => reflect(i - radius, width) * 3);
  for (let start = 0, to = 0; start < height * width * 3; start += width * 3) {
    for (let x = 0; x < width; x++, to += 3) {
      let r = 0, g = 0, b = 0;
      for (let k = 0; k < weights.length; k++) {
        const at = start + places[x + k], weight = weights[k];
        r += data[at] * weight;
        g += data[at + 1] * weight;
        b += data[at + 2] * weight;
      }
      out[to] = r;
      out[to + 1] = g;
      out[to + 2] = b;
    }
  }
  return out;
}

/** Blurs columns of `from` along y and rounds to levels. */
function blurColumns({ width, height }: Picture, from: Float32Array, weights: Float32Array): Uint8Array {
  const rowSize = width * 3;
  const out = new Uint8Array(height * rowSize);
  const radius = (weights.length - 1) / 2;
  const sums = new Float64Array(rowSize);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let k = 0; k < weights.length; k++) {
      const start = reflect(y + k - radius, height) * rowSize, weight = weights[k];
      for (let x = 0; x < rowSize; x++) sums[x] += from[start + x] * weight;
    }
    for (let x = 0; x < rowSize; x++) out[y * rowSize + x] = Math.min(255, roundHalfEven(f(sums[x])));
  }
  return out;
}

/** Blurs `picture` with reflected edges. Levels are rounded half to even. */
export function blur(picture: Picture, { kernel, sigma }: Blur): Picture {
  const rows = blurRows(picture, gaussianWeights(kernel[0], sigma[0]));
  return { ...picture, data: blurColumns(picture, rows, gaussianWeights(kernel[1], sigma[1])) };
}

const side = z.int().min(1).max(255).refine((size) => size % 2 === 1, { error: "must be odd" });
const deviation = z.number().min(1e-3);

/**
 * Blurs with a window of `kernel_size` pixels, or [x, y], and a standard deviation of `sigma` pixels, or uniform in
 * [low, high].
 */
export const gaussian_blur: TransformPlugin = defineTransform({
  options: z.strictObject({
    kernel_size: z.union([side, z.tuple([side, side])]),
    sigma: z.union([
      deviation,
      z.tuple([deviation, deviation]).refine(([low, high]) => low <= high, {
        error: "must be [low, high] with low <= high",
      }),
    ]).default([0.1, 2]),
  }),
  random: true,
  make: ({ kernel_size, sigma }) => {
    const kernel = typeof kernel_size === "number" ? [kernel_size, kernel_size] as const : kernel_size;
    const [low, high] = typeof sigma === "number" ? [sigma, sigma] : sigma;
    return (_, rng) => {
      const drawn = rng.uniform(low, high);
      return [{ kind: "blur", kernel, sigma: [drawn, drawn] }];
    };
  },
});
