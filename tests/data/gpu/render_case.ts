/** What the tests of the GPU's augmentation share: pictures, and both ways to make images of them. */
import { assert } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { persistent } from "../../../src/core/tensor.ts";
import { augmenter } from "../../../src/data/gpu/augmenter.ts";
import { renderBatch } from "../../../src/data/render.ts";
import type { BatchMix } from "../../../src/data/mixing/batch_mix.ts";
import type { Operation } from "../../../src/data/transforms/operation.ts";
import { IMAGENET, type Normalization, type Picture } from "../../../src/data/types.ts";
import { testDevice } from "../../ops/op_case.ts";
import { printsShares } from "../../rings.ts";

/** A picture with smooth parts, edges and noise. */
export function photo(width: number, height: number, seed = 1): Picture {
  const data = new Uint8Array(width * height * 3);
  const random = rng(seed, "photo", width, height);
  const waves = Array.from({ length: 3 }, () => random.uniform(0.01, 0.3));
  for (let i = 0; i < data.length; i++) {
    const c = i % 3, x = Math.floor(i / 3) % width, y = Math.floor(i / 3 / width);
    const smooth = 128 + 90 * Math.sin(x * waves[c] + y * waves[(c + 1) % 3]);
    const edge = (x >> 4) + (y >> 4) & 1 ? 60 : 0;
    data[i] = Math.max(0, Math.min(255, smooth + edge + random.uniform(-20, 20)));
  }
  return { width, height, data };
}

/** What is done to each picture of a batch. */
export interface RenderCase {
  readonly pictures: readonly Picture[];
  readonly operations: readonly (readonly Operation[])[];
  readonly side: number;
  readonly normalization?: Normalization;
  readonly mix?: BatchMix;
}

/** The images of both ways, [count, side, side, 4], and what the GPU's said. */
export async function renderBoth(
  o: RenderCase,
): Promise<{ gpu: Float32Array; twin: Float32Array; notes: string[] }> {
  const { pictures, operations, side, normalization = IMAGENET, mix } = o;
  const count = pictures.length;
  const notes: string[] = [];
  const device = await testDevice();
  const images = persistent(device, [count + 1, side, side, 4], "f32", "images");
  const made = augmenter(device, { imageSize: side, note: (line) => notes.push(line) });
  try {
    const batch = { pictures, operations, count, mix };
    made.render(batch, normalization, images);
    const gpu = (await images.read()).subarray(0, count * side * side * 4);
    return { gpu, twin: renderBatch(batch, { imageSize: side, normalization }), notes };
  } finally {
    made.free();
    images.free();
  }
}

/** Images as levels, R, G, B. */
export function levelsOf(images: Float32Array, { mean, std }: Normalization = IMAGENET): Float64Array {
  const levels = new Float64Array(images.length / 4 * 3);
  for (let i = 0; i < levels.length; i++) {
    const c = i % 3;
    levels[i] = (images[Math.floor(i / 3) * 4 + c] * std[c] + mean[c]) * 255;
  }
  return levels;
}

/** Shares of levels that are more than 0 and more than 1 apart, and the largest distance. */
export function apart(a: Float64Array, b: Float64Array) {
  let over0 = 0, over1 = 0, most = 0;
  for (let i = 0; i < a.length; i++) {
    const distance = Math.abs(a[i] - b[i]);
    if (!(distance <= most)) most = distance;
    if (!(distance < 0.01)) over0++;
    if (!(distance < 1.01)) over1++;
  }
  return { over0: over0 / a.length, over1: over1 / a.length, most };
}

/** How well both ways must agree. */
export type Agreement =
  /** To the level: integer arithmetic, or float arithmetic that is rounded far from its errors. */
  | "exact"
  /** To a level on 99.9 % of the values. */
  | "level"
  /**
   * On 90 % of the values: for chains, in which a level's difference grows where an adapter's division is not exact
   * (SwiftShader's). lavapipe agrees on all.
   */
  | "chain";

/** Asserts that both ways agree. */
export async function assertTwins(o: RenderCase, agreement: Agreement, name = ""): Promise<void> {
  const { gpu, twin } = await renderBoth(o);
  const { over0, over1, most } = apart(levelsOf(gpu), levelsOf(twin));
  const percent = (share: number) => `${(100 * share).toFixed(4)} %`;
  const says = `${name}: ${percent(over0)} differ, ${percent(over1)} by more than a level, the most by ${
    most.toFixed(2)
  }`;
  if (printsShares) console.log(says);
  assert({ exact: most < 0.01, level: over1 <= 0.001, chain: over0 <= 0.1 }[agreement], says);
  assert(gpu.every((value, i) => i % 4 < 3 || value === 0), `${name}: the fourth channel is not 0`);
}
