/** MixUp and CutMix: what is drawn for a batch, and what it does to images and targets. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { inMemory } from "../../src/data/decode/picture_source.ts";
import { type Batch, batches } from "../../src/data/loader.ts";
import {
  type BatchMix,
  mixedTarget,
  mixImages,
  partnerOf,
  type RowMix,
  rowMix,
} from "../../src/data/mixing/batch_mix.ts";
import { mixerOf } from "../../src/data/mixing/mod.ts";
import { renderBatch } from "../../src/data/render.ts";
import { defaultTrainSteps, pipeline } from "../../src/data/transforms/pipeline.ts";
import { patterned } from "./helpers.ts";

const SIDE = 7;
const DRAWS = 4000;
const context = { imageSize: SIDE };
const whole = { top: 0, left: 0, width: SIDE, height: SIDE };

const drawn = (...ways: Record<string, unknown>[]) => {
  const mixer = mixerOf(ways, context)!;
  return Array.from({ length: DRAWS }, (_, i) => rowMix(mixer(rng(3, i), 1), 0));
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

Deno.test("mixImages() mixes each image with its partner, in its box alone", () => {
  const random = rng(8, "images");
  const alike = (all: RowMix): BatchMix => ({ partner: "before", all });
  const mirrored = (...rows: RowMix[]): BatchMix => ({ partner: "mirrored", rows });
  const blend = { share: 0.3, own: 0.3, box: whole };
  const box = { share: 0.5, own: 0, box: { top: 2, left: 1, width: 4, height: 3 } };
  const none = { share: 1, own: 0, box: { top: 6, left: 6, width: 0, height: 0 } };
  const cases: [number, BatchMix][] = [
    [5, alike(blend)],
    [4, alike(box)],
    [1, alike(box)],
    [3, alike(none)],
    [4, mirrored(blend, box, none, { ...blend, own: 0.8 })],
    [5, mirrored(box, box, blend, { ...box, box: { ...box.box, top: 0 } }, blend)],
    [1, mirrored(blend)],
  ];
  for (const [count, mix] of cases) {
    const given = Float32Array.from({ length: count * SIDE * SIDE * 4 }, () => random.uniform(-2, 2));
    const images = given.slice();
    mixImages(images, SIDE, mix);
    const at = (n: number, y: number, x: number, c: number) => given[((n * SIDE + y) * SIDE + x) * 4 + c];
    for (let i = 0; i < images.length; i++) {
      const c = i % 4, x = (i >> 2) % SIDE, y = Math.floor(i / 4 / SIDE) % SIDE;
      const n = Math.floor(i / 4 / SIDE / SIDE), { own, box: { top, left, width, height } } = rowMix(mix, n);
      const partner = partnerOf(mix, n, count);
      const isIn = x >= left && x < left + width && y >= top && y < top + height;
      const mixed = own * at(n, y, x, c) + (1 - own) * at(partner, y, x, c);
      assert(Math.abs(images[i] - (isIn ? mixed : given[i])) < 1e-6, `${count} images, value ${i}`);
    }
  }
});

Deno.test("mixedTarget() pairs each class with its partner's", () => {
  const labels = Uint32Array.of(4, 0, 2), row = (share: number) => ({ share, own: 0, box: whole });
  const target = (second: number[], shares: number[]) => ({
    kind: "mixed" as const,
    first: labels,
    second: Uint32Array.from(second),
    shares: Float32Array.from(shares),
  });
  const before = mixedTarget(labels, { partner: "before", all: row(0.75) });
  assertEquals(before, target([2, 4, 0], [0.75, 0.75, 0.75]));
  const rows = [0.25, 1, 0.5].map(row);
  assertEquals(mixedTarget(labels, { partner: "mirrored", rows }), target([2, 0, 4], [0.25, 1, 0.5]));
});

const timm = (options: Record<string, unknown>, count: number, seed = 3) => {
  const mix = mixerOf([{ timm_mixup: options }], { imageSize: 20 })!(rng(seed), count);
  if (mix.partner !== "mirrored") throw new TypeError("Each image must meet its mirrored partner");
  return mix.rows;
};

Deno.test("timm_mixup draws for a batch, for its pairs, or for each image", () => {
  const different = (rows: readonly RowMix[]) => new Set(rows.map((row) => JSON.stringify(row))).size;
  assertEquals(different(timm({}, 9)), 1);
  assertEquals(different(timm({ mode: "elem" }, 9)), 9);
  const pairs = timm({ mode: "pair" }, 9);
  assertEquals([pairs.length, different(pairs)], [9, 5]);
  assertEquals(pairs.toReversed(), pairs);
});

Deno.test("timm_mixup mixes with prob, and by boxes with switch_prob", () => {
  const shareOf = (options: Record<string, unknown>, is: (row: RowMix) => boolean) =>
    timm({ ...options, mode: "elem" }, DRAWS).filter(is).length / DRAWS;
  const isBox = ({ own }: RowMix) => own === 0, isLeft = ({ own, share }: RowMix) => own === 1 && share === 1;
  const near = (found: number, expected: number) => assert(Math.abs(found - expected) < 0.03, `${found}`);
  near(shareOf({ prob: 0.3 }, isLeft), 0.7);
  const both = { cutmix_alpha: 1, switch_prob: 0.2 };
  near(shareOf(both, isBox), 0.2);
  near(shareOf({ ...both, prob: 0.5 }, isBox), 0.1);
  assertEquals(shareOf({ cutmix_alpha: 1, mixup_alpha: 0, switch_prob: 0 }, isBox), 1);
  assertEquals(shareOf({ switch_prob: 1 }, isBox), 0);
});

Deno.test("timm_mixup counts the area of a box, or the drawn share; its sides may be given", () => {
  const cut = { mixup_alpha: 0, cutmix_alpha: 1, mode: "elem" },
    area = ({ box }: RowMix) => box.width * box.height / 400;
  assert(timm(cut, 500).every((row) => row.share === 1 - area(row)));
  const drawn = timm({ ...cut, correct_lam: false }, 500);
  assert(
    drawn.every((row) => row.share <= 1 - area(row) + 0.2) &&
      drawn.some((row) => row.share < 0.9 - area(row)),
  );
  const bounded = timm({ ...cut, cutmix_minmax: [0.3, 0.5], correct_lam: false }, DRAWS);
  const sides = new Set(bounded.flatMap(({ box }) => [box.width, box.height]));
  assertEquals([...sides].sort(), [6, 7, 8, 9]); // the most is left out, as by numpy.random.randint
  assert(bounded.every((row) => row.share === 1 - area(row)));
  assert(bounded.every(({ box }) => box.left + box.width < 20 && box.top + box.height < 20));
  assertThrows(
    () => timm({ mixup_alpha: 0 }, 2),
    Error,
    "mixup_alpha must be above 0 unless cutmix_alpha is",
  );
  assertThrows(() => timm({ cutmix_minmax: [0.3, 0.31] }, 2), Error, "current are 6 and 6 pixels");
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
    mixer: mixerOf([{ mixup: {} }, { cutmix: {} }, { timm_mixup: { mode: "elem" } }], context),
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
    assertEquals(target.shares, Float32Array.from({ length: count }, (_, row) => rowMix(mix!, row).share));
  }
  const [{ mix: _, ...plain }] = first;
  const images = renderBatch(plain, prepared);
  mixImages(images, SIDE, first[0].mix!);
  assertEquals(renderBatch(first[0], prepared), images);
});
