/** Random arrays for tests, from the project's own streams. Floats are rounded to float32, as the engine sees them. */
import type { Rng } from "../../src/base/rng.ts";

/** Standard normal numbers times `scale` plus `offset`. */
export function randomNormal(stream: Rng, length: number, scale = 1, offset = 0): Float32Array {
  return Float32Array.from({ length }, () => offset + scale * stream.normal());
}

/** Uniform numbers in [low, high). */
export function randomUniform(stream: Rng, length: number, low = 0, high = 1): Float32Array {
  return Float32Array.from({ length }, () => stream.uniform(low, high));
}

/** Small integers as floats, so that equal values (ties) are common. */
export function randomTies(stream: Rng, length: number, levels = 5): Float32Array {
  return Float32Array.from({ length }, () => stream.integer(levels) - Math.floor(levels / 2));
}

/** Class indices in 0 .. classes - 1. */
export function randomLabels(stream: Rng, length: number, classes: number): Int32Array {
  return Int32Array.from({ length }, () => stream.integer(classes));
}

/** [n, classes]: rows of positive numbers that sum to 1 (as float32 allows). */
export function randomProbabilities(stream: Rng, n: number, classes: number): Float32Array {
  const out = new Float32Array(n * classes);
  for (let start = 0; start < out.length; start += classes) {
    const row = Array.from({ length: classes }, () => Math.exp(stream.normal()));
    const sum = row.reduce((a, b) => a + b, 0);
    out.set(row.map((value) => value / sum), start);
  }
  return out;
}

/** The same numbers in float64, as the reference loops take them. */
export function float64(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values);
}
