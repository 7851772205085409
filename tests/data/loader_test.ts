import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { batches, type BatchesOptions } from "../../src/data/loader.ts";
import { inMemory, type PictureSource } from "../../src/data/decode/picture_source.ts";
import { renderBatch } from "../../src/data/render.ts";
import { sequentialOrder, shuffledOrder } from "../../src/data/sampler.ts";
import { topClasses } from "../../src/data/target.ts";
import { defaultTrainSteps, pipeline } from "../../src/data/transforms/pipeline.ts";
import type { Picture } from "../../src/data/types.ts";
import { assertMessage, flat, patterned } from "./helpers.ts";

const COUNT = 23, SIZE = 8;
const samples = Array.from({ length: COUNT }, (_, i) => ({ path: `p${i}.jpg`, label: i % 5 }));
const pictures = samples.map((_, i) => patterned(9 + i % 3, 11, i));
const base: BatchesOptions = {
  pictures: inMemory(pictures),
  samples,
  order: sequentialOrder(COUNT),
  batchSize: 4,
  pipeline: pipeline(defaultTrainSteps(), { imageSize: SIZE, purpose: "train" }),
  seed: 42,
  epoch: 3,
};
const prepared = pipeline(defaultTrainSteps(), { imageSize: SIZE, purpose: "train" });

/** What each sample looked like, by position. */
async function collect(options: Partial<BatchesOptions>) {
  const seen = new Map<number, { label: number; image: string }>();
  const counts: number[] = [];
  for await (const batch of batches({ ...base, ...options })) {
    const { target, indices, count } = batch, labels = topClasses(target);
    const images = renderBatch(batch, prepared);
    assertEquals([images.length, labels.length, indices.length], [count * SIZE * SIZE * 4, count, count]);
    counts.push(count);
    for (let n = 0; n < count; n++) {
      const image = images.subarray(n * SIZE * SIZE * 4, (n + 1) * SIZE * SIZE * 4).join();
      seen.set(indices[n], { label: labels[n], image });
    }
  }
  return { seen, counts };
}

Deno.test("batches() gives every sample once, with its label, the last batch short", async () => {
  const { seen, counts } = await collect({});
  assertEquals(counts, [4, 4, 4, 4, 4, 3]);
  assertEquals([...seen.keys()], [...base.order as Uint32Array]);
  for (const [position, { label }] of seen) assertEquals(label, samples[position].label);
  assertEquals(batches(base).length, 6);
});

Deno.test("batches() leaves the short batch out with dropLast", async () => {
  const { counts } = await collect({ dropLast: true });
  assertEquals(counts, [4, 4, 4, 4, 4]);
});

/** The pictures, of which some cannot be read. */
const without = (...lost: number[]) =>
  inMemoryOf(pictures.map((picture, i) => lost.includes(i) ? undefined : picture));
const inMemoryOf = (all: readonly (Picture | undefined)[]): PictureSource => ({
  length: all.length,
  get: (positions) => Promise.resolve(positions.map((position) => all[position])),
  release() {},
});

Deno.test("the next sample of the class stands in for one that cannot be read, with the same random numbers", async () => {
  const { seen, counts } = await collect({ pictures: without(2, 7, 21), batchSize: 1 });
  assertEquals(counts.length, COUNT);
  assertEquals(base.order.length - seen.size, 3);
  for (const [position, { label }] of seen) assertEquals(label, samples[position].label);
  const drawn: number[] = [];
  for await (const { indices } of batches({ ...base, pictures: without(2, 7, 21) })) drawn.push(...indices);
  const standIn = (position: number) => ({ 2: 12, 7: 12, 21: 1 })[position] ?? position;
  assertEquals(drawn, Array.from(base.order, standIn));
});

Deno.test("where a class has no other image, the next sample of any stands in", async () => {
  const alone = samples.map((sample, i) => i === 22 ? { ...sample, label: 9 } : sample);
  const drawn: number[] = [], labels: number[] = [];
  for await (const { indices, target } of batches({ ...base, samples: alone, pictures: without(22, 0) })) {
    drawn.push(...indices);
    labels.push(...topClasses(target));
  }
  assertEquals(drawn.slice(-1), [1]);
  assertEquals(labels.at(-1), 1);
});

Deno.test("evaluation leaves out what cannot be read, and a batch of which nothing is left", async () => {
  const lost = [4, 5, 6, 7, 9];
  const { seen, counts } = await collect({ pictures: without(...lost), onUnreadable: "leave_out" });
  assertEquals(counts, [4, 3, 4, 4, 3]);
  assertEquals([...seen.keys()], [...samples.keys()].filter((i) => !lost.includes(i)));
});

Deno.test("a sample's augmentation depends on seed, epoch and sample alone", async () => {
  const { seen } = await collect({});
  const same: Partial<BatchesOptions>[] = [
    { batchSize: 7 },
    { batchSize: 64 },
    { prefetch: 0 },
    { prefetch: 5 },
    { order: shuffledOrder(COUNT, 1, 1) },
  ];
  for (const options of same) {
    const other = await collect(options);
    for (const [position, value] of seen) {
      assertEquals(other.seen.get(position), value, JSON.stringify(options));
    }
  }
  for (const options of [{ seed: 43 }, { epoch: 4 }]) {
    const other = await collect(options);
    const equal = [...seen].filter(([position, { image }]) => other.seen.get(position)!.image === image);
    assertEquals(equal.length, 0, JSON.stringify(options));
  }
});

Deno.test("ranks share out the batches that one of them would see, with the same images", async () => {
  const order = Uint32Array.from([...shuffledOrder(COUNT, 5, 0), 3, 3, 7]); // drawn again: augmented anew
  const rowsOf = async (options: Partial<BatchesOptions>) => {
    const all: string[][] = [];
    for await (const batch of batches({ ...base, order, ...options })) {
      const images = renderBatch(batch, prepared), row = SIZE * SIZE * 4;
      const labels = topClasses(batch.target);
      const of = (n: number) => `${batch.indices[n]} ${labels[n]} ${images.subarray(n * row, (n + 1) * row)}`;
      all.push(Array.from({ length: batch.count }, (_, n) => of(n)));
    }
    return all;
  };
  for (
    const [size, batchSize, dropLast] of [[2, 4, false], [3, 4, false], [5, 5, false], [3, 2, true]] as const
  ) {
    const whole = await rowsOf({ batchSize: size * batchSize, dropLast });
    const parts = await Promise.all(Array.from({ length: size }, (_, rank) => {
      assertEquals(
        batches({ ...base, order, batchSize, dropLast, share: { rank, size } }).length,
        whole.length,
      );
      return rowsOf({ batchSize, dropLast, share: { rank, size } });
    }));
    whole.forEach((rows, i) => {
      const shares = parts.map((part) => part[i]);
      assertEquals(rows.map((_, n) => shares[n % size][Math.floor(n / size)]), rows);
      const counts = shares.map(({ length }) => length);
      assertEquals(counts.reduce((a, b) => a + b), rows.length);
      assert(Math.max(...counts) - Math.min(...counts) <= 1, `${counts}`);
    });
  }
  const two = { ...base, order: [4, 5], share: { rank: 2, size: 3 } };
  const empty = await Array.fromAsync(batches(two), ({ count }) => count);
  assertEquals(empty, [0], "a rank without rows has an empty batch");
});

Deno.test("batches() names the sample that cannot be prepared, when its turn comes", async () => {
  const broken = { ...base, pipeline: pipeline(["resize"], { imageSize: SIZE, purpose: "train" }) };
  const square = pictures.map((_, i) => flat(i === 6 ? 9 : 8, 8, [i, i, i]));
  let seen = 0;
  const walk = async () => {
    for await (const { count } of batches({ ...broken, pictures: inMemory(square) })) {
      seen += count;
    }
  };
  await assertMessage(
    walk,
    RangeError,
    /^Cannot prepare "p6.jpg": Cannot batch image: transforms.train must produce /,
  );
  assertEquals(seen, 4);
});

Deno.test("batches() refuses values that do not fit", () => {
  assertThrows(() => batches({ ...base, batchSize: 0 }), RangeError, "Cannot make batches of 0 samples");
  assertThrows(
    () => batches({ ...base, pictures: inMemory([]) }),
    RangeError,
    "there must be as many images, current are 0",
  );
  const error = assertThrows(() => batches({ ...base, batchSize: 64, dropLast: true }), ConfigError);
  assertEquals(
    error.message,
    "Cannot make batches of 64 samples: there are 23, and drop_last leaves none; lower data.batch_size to at most 23",
  );
});

Deno.test("batches() of nothing has no batches", async () => {
  const { counts } = await collect({ pictures: inMemory([]), samples: [], order: [] });
  assertEquals(counts, []);
});

Deno.test("shuffledOrder() is a permutation that seed and epoch decide", () => {
  const order = shuffledOrder(100, 42, 0);
  assertEquals([...order].sort((a, b) => a - b), [...sequentialOrder(100)]);
  assertEquals(shuffledOrder(100, 42, 0), order);
  for (const other of [shuffledOrder(100, 42, 1), shuffledOrder(100, 43, 0), sequentialOrder(100)]) {
    assertEquals(other.join() === order.join(), false);
  }
  assertStrictEquals(shuffledOrder(0, 1, 1).length, 0);
});

Deno.test("a sample that is drawn again in an epoch is augmented anew, whatever the batch size", async () => {
  const order = Uint32Array.of(3, 1, 3, 0, 3, 1);
  const drawn = async (batchSize: number) => {
    const found: string[] = [];
    for await (const { operations } of batches({ ...base, order, batchSize })) {
      found.push(...operations.map((each) => JSON.stringify(each)));
    }
    return found;
  };
  const found = await drawn(4);
  assertEquals(new Set(found).size, 6);
  assertEquals(await drawn(1), found);
  const [once] = await Array.fromAsync(batches({ ...base, order: [3], batchSize: 1 }));
  assertEquals(JSON.stringify(once.operations[0]), found[0]);
});
