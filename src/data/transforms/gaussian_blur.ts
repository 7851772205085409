/** GaussianBlur as torchvision's tensor backend computes it, along rows and then along columns. */
import * as z from "zod";
import type { Picture } from "../types.ts";
import type { Blur } from "./operation.ts";
import { definePlugin, roundHalfEven } from "./transform.ts";

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

/** The position in 0 .. n-1 that `i` shows where both ends mirror, without repeating the end itself. */
export function reflect(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const at = ((i % period) + period) % period;
  return at < n ? at : period - at;
}

/** A pass over `lines` lines of `length` values each, whose neighbours lie `step` apart. */
function blurLines(
  from: Float32Array,
  weights: Float32Array,
  { lines, length, lineStep, step }: { lines: number; length: number; lineStep: number; step: number },
): Float32Array {
  const out = new Float32Array(from.length);
  const radius = (weights.length - 1) / 2;
  const places = Int32Array.from(
    { length: length + 2 * radius },
    (_, i) => reflect(i - radius, length) * step,
  );
  for (let line = 0; line < lines; line++) {
    const start = Math.floor(line / 3) * lineStep + line % 3;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += from[start + places[i + k]] * weights[k];
      out[start + i * step] = sum;
    }
  }
  return out;
}

/** `picture` blurred; what lies beyond an edge is its mirror image. Sums are float32, levels rounded half to even. */
export function blur({ width, height, data }: Picture, { kernel, sigma }: Blur): Picture {
  const [weightsX, weightsY] = [gaussianWeights(kernel[0], sigma[0]), gaussianWeights(kernel[1], sigma[1])];
  const rows = { lines: height * 3, length: width, lineStep: width * 3, step: 3 };
  const columns = { lines: width * 3, length: height, lineStep: 3, step: width * 3 };
  const blurred = blurLines(blurLines(Float32Array.from(data), weightsX, rows), weightsY, columns);
  return { width, height, data: Uint8Array.from(blurred, (value) => Math.min(255, roundHalfEven(value))) };
}

const side = z.int().min(1).max(255).refine((size) => size % 2 === 1, { error: "need an odd number" });
const deviation = z.number().min(1e-3);

/**
 * Blurs by a window of `kernel_size` pixels, or [x, y], and a standard deviation of `sigma` pixels, or uniform in
 * [low, high].
 */
export const gaussian_blur = definePlugin({
  options: z.strictObject({
    kernel_size: z.union([side, z.tuple([side, side])]),
    sigma: z.union([
      deviation,
      z.tuple([deviation, deviation]).refine(([low, high]) => low <= high, {
        error: "need [low, high] with low <= high",
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
