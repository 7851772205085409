/** MixUp and CutMix: what is drawn for a batch, and what it does to images and targets. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { inMemory } from "../../src/data/decode/picture_source.ts";
import { type Batch, batches } from "../../src/data/loader.ts";
import { type BatchMix, mixedTarget, mixImages } from "../../src/data/mixing/batch_mix.ts";
import { mixerOf } from "../../src/data/mixing/mod.ts";
import { renderBatch } from "../../src/data/render.ts";
import { defaultTrainSteps, pipeline } from "../../src/data/transforms/pipeline.ts";
import { patterned } from "./helpers.ts";

const SIDE = 7;
const DRAWS = 4000;
const context = { imageSize: SIDE };

const drawn = (...ways: Record<string, unknown>[]) => {
  const mixer = mixerOf(ways, context)!;
  return Array.from({ length: DRAWS }, (_, i) => mixer(rng(3, i)));
};
const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("mixup draws one share for the whole image, by a Beta distribution", () => {
  const uniform = drawn({ mixup: {} });
  assert(uniform.every(({ share, own, box }) => share === own && box.width === SIDE && box.height === SIDE));
  for (const limit of [0.1, 0.5, 0.8]) {
    const below = uniform.filter(({ share }) => share < limit).length / DRAWS;
    assert(Math.abs(below - limit) < 0.035, `${below} below ${limit}`);
  }
  const shares = drawn({ mixup: { alpha: 0.2 } }).map(({ share }) => share);
  const variance = meanOf(shares.map((share) => (share - 0.5) ** 2));
  assert(Math.abs(variance - 0.25 / 1.4) < 0.008, `${variance}`); // ab / ((a + b)^2 (a + b + 1))
});

Deno.test("cutmix draws a box around any pixel, cut off at the edges, and the share that it leaves", () => {
  const all = drawn({ cutmix: {} });
  for (const { share, own, box } of all) {
    assert(own === 0 && box.left >= 0 && box.top >= 0);
    assert(box.left + box.width <= SIDE && box.top + box.height <= SIDE && box.width >= 0 && box.height >= 0);
    assertEquals(share, 1 - box.width * box.height / SIDE ** 2);
  }
  // torchvision's formula, summed over the middles: r = trunc(sqrt(1 - u) / 2 * 7) for a uniform u
  const lengths = [0, 1, 2, 3].map((half) => {
    const starts = Array.from({ length: SIDE }, (_, middle) => Math.max(0, middle - half));
    return starts.map((start, middle) => Math.min(SIDE, middle + half) - start);
  });
  const chance = (half: number) => Math.min(1, (2 * (half + 1) / SIDE) ** 2) - (2 * half / SIDE) ** 2;
  const expected = lengths.reduce((sum, list, half) => sum + chance(half) * meanOf(list) ** 2, 0);
  const found = meanOf(all.map(({ box }) => box.width * box.height));
  assert(Math.abs(found - expected) < 0.45, `${found}, expected ${expected}`);
});

Deno.test("of several ways each batch takes one, and none is no mixer", () => {
  const all = drawn({ mixup: { alpha: 0.4 } }, { cutmix: {} });
  const boxes = all.filter(({ own }) => own === 0).length;
  assert(Math.abs(boxes / DRAWS - 0.5) < 0.035, `${boxes} of ${DRAWS}`);
  assertEquals(mixerOf([], context), undefined);
  assertThrows(() => mixerOf([{ mixup: { alpha: 0 } }], context), Error, "alpha");
  assertThrows(() => mixerOf([{ mixxup: {} }], context), Error, "mixup");
});

Deno.test("mixImages() mixes each image with the one before, the first with the last, in its box alone", () => {
  const random = rng(8, "images");
  const cases: [number, BatchMix][] = [
    [5, { share: 0.3, own: 0.3, box: { top: 0, left: 0, width: SIDE, height: SIDE } }],
    [4, { share: 0.5, own: 0, box: { top: 2, left: 1, width: 4, height: 3 } }],
    [1, { share: 0.5, own: 0, box: { top: 0, left: 0, width: 2, height: 2 } }],
    [3, { share: 1, own: 0, box: { top: 6, left: 6, width: 0, height: 0 } }],
  ];
  for (const [count, mix] of cases) {
    const given = Float32Array.from({ length: count * SIDE * SIDE * 4 }, () => random.uniform(-2, 2));
    const images = given.slice();
    mixImages(images, SIDE, mix);
    const at = (n: number, y: number, x: number, c: number) => given[((n * SIDE + y) * SIDE + x) * 4 + c];
    for (let i = 0; i < images.length; i++) {
      const c = i % 4, x = (i >> 2) % SIDE, y = Math.floor(i / 4 / SIDE) % SIDE;
      const n = Math.floor(i / 4 / SIDE / SIDE), { top, left, width, height } = mix.box;
      const isIn = x >= left && x < left + width && y >= top && y < top + height;
      const mixed = mix.own * at(n, y, x, c) + (1 - mix.own) * at((n + count - 1) % count, y, x, c);
      assert(Math.abs(images[i] - (isIn ? mixed : given[i])) < 1e-6, `${count} images, value ${i}`);
    }
  }
});

Deno.test("mixedTarget() pairs each class with that of the row before", () => {
  const box = { top: 0, left: 0, width: 1, height: 1 };
  assertEquals(mixedTarget(Uint32Array.of(4, 0, 2), { share: 0.75, own: 0, box }), {
    kind: "mixed",
    first: Uint32Array.of(4, 0, 2),
    second: Uint32Array.of(2, 4, 0),
    shares: Float32Array.of(0.75, 0.75, 0.75),
  });
});

Deno.test("batches() draws mixtures by seed, epoch and batch, wherever an epoch begins", async () => {
  const samples = Array.from({ length: 11 }, (_, i) => ({ path: `${i}.jpg`, label: i % 3 }));
  const prepared = pipeline(defaultTrainSteps(), { imageSize: SIDE, purpose: "train" });
  const options = {
    pictures: inMemory(samples.map((_, i) => patterned(9, 8, i))),
    samples,
    order: samples.map((_, i) => i),
    batchSize: 4,
    pipeline: prepared,
    mixer: mixerOf([{ mixup: {} }, { cutmix: {} }], context),
    seed: 6,
  };
  const collect = async (epoch: number, from = 0) => {
    const all: Batch[] = [];
    for await (const batch of batches({ ...options, epoch, from })) all.push(batch);
    return all;
  };
  const first = await collect(2);
  assertEquals(first.length, 3);
  assertEquals((await collect(2)).map(({ mix }) => mix), first.map(({ mix }) => mix));
  assertEquals((await collect(2, 1)).map(({ mix }) => mix), first.slice(1).map(({ mix }) => mix));
  const others = new Set([...first, ...await collect(3)].map(({ mix }) => JSON.stringify(mix)));
  assertEquals(others.size, 6);
  for (const { target, mix, count } of first) {
    if (target.kind !== "mixed") throw new TypeError(`The target is of kind ${target.kind}`);
    assertEquals(target.shares, new Float32Array(count).fill(mix!.share));
  }
  const [{ mix: _, ...plain }] = first;
  const images = renderBatch(plain, prepared);
  mixImages(images, SIDE, first[0].mix!);
  assertEquals(renderBatch(first[0], prepared), images);
});
