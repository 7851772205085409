import { assert, assertEquals, assertThrows } from "@std/assert";
import { fnv1a32, rng, threefry2x32 } from "../../src/base/rng.ts";

// Random123's kat_vectors, threefry2x32 with 20 rounds.
const knownAnswers: [counter: [number, number], key: [number, number], answer: [number, number]][] = [
  [[0x00000000, 0x00000000], [0x00000000, 0x00000000], [0x6b200159, 0x99ba4efe]],
  [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x1cb996fc, 0xbb002be7]],
  [[0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344], [0xc4923a9c, 0x483df7a0]],
];

for (const [counter, key, answer] of knownAnswers) {
  Deno.test(`threefry2x32() gives Random123's answer for counter ${counter}`, () => {
    assertEquals(threefry2x32(key, counter), answer);
  });
}

// From the FNV authors' test vectors.
const hashes: [text: string, hash: number][] = [["", 0x811c9dc5], ["a", 0xe40c292c], ["foobar", 0xbf9cf968]];

for (const [text, hash] of hashes) {
  Deno.test(`fnv1a32() hashes "${text}"`, () => assertEquals(fnv1a32(text), hash));
}

const DRAWS = 20000;

/** Mean and variance of what `draw` gives. */
function moments(draw: () => number): [mean: number, variance: number] {
  const values = Float64Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS];
}

/** Fails unless `value` is within five standard errors of `expected`. */
function assertWithin(value: number, expected: number, standardError: number): void {
  assert(
    Math.abs(value - expected) < 5 * standardError,
    `${value} is not ${expected} +- ${5 * standardError}`,
  );
}

Deno.test("uniform() has the moments of [0, 1)", () => {
  const stream = rng(42, "uniform");
  const [mean, variance] = moments(() => stream.uniform());
  assertWithin(mean, 1 / 2, Math.sqrt(1 / 12 / DRAWS));
  assertWithin(variance, 1 / 12, Math.sqrt(1 / 180 / DRAWS));
});

Deno.test("uniform(low, high) stays within its bounds", () => {
  const stream = rng(42, "bounds");
  const values = Array.from({ length: 1000 }, () => stream.uniform(-3, 5));
  assert(values.every((value) => value >= -3 && value < 5));
  assert(Math.min(...values) < -2.9 && Math.max(...values) > 4.9);
});

Deno.test("normal() has the moments of a standard normal number", () => {
  const stream = rng(42, "normal");
  const [mean, variance] = moments(() => stream.normal());
  assertWithin(mean, 0, Math.sqrt(1 / DRAWS));
  assertWithin(variance, 1, Math.sqrt(2 / DRAWS));
});

Deno.test("integer() gives each value its share", () => {
  const stream = rng(42, "integer");
  const counts = new Float64Array(7);
  for (let i = 0; i < DRAWS; i++) counts[stream.integer(7)]++;
  const chiSquare = counts.reduce((sum, count) => sum + (count - DRAWS / 7) ** 2 / (DRAWS / 7), 0);
  assert(chiSquare < 22.5, `chi-square ${chiSquare} has p < 0.001 for 6 degrees of freedom`);
});

Deno.test("integer() takes 1 and 2^32, and refuses what is outside", () => {
  const stream = rng(42);
  assertEquals(stream.integer(1), 0);
  assert(stream.integer(2 ** 32) < 2 ** 32);
  for (const n of [0, -1, NaN, 2 ** 32 + 1]) {
    assertThrows(() => stream.integer(n), RangeError, `Cannot draw an integer below ${n}: need 1 .. 2^32`);
  }
});

Deno.test("permutation() is one", () => {
  const order = rng(42, "permutation").permutation(1000);
  assertEquals([...order].sort((a, b) => a - b), Array.from({ length: 1000 }, (_, i) => i));
  assert(order.some((value, i) => value !== i));
  assertEquals([...rng(42).permutation(0)], []);
});

Deno.test("rng() repeats itself for the same seed and path", () => {
  const draw = () => Array.from({ length: 9 }, rng(42, "augment", 3, 17).uint32);
  assertEquals(draw(), draw());
});

Deno.test("rng() differs with seed, name and number, also above 2^32", () => {
  const streams = [
    rng(42),
    rng(43),
    rng(42 + 2 ** 32),
    rng(42, "a"),
    rng(42, "b"),
    rng(42, 0),
    rng(42, 1),
    rng(42, "0"),
    rng(42, "a", 0),
    rng(42, 0, "a"),
  ];
  assertEquals(new Set(streams.map((stream) => stream.uint32())).size, streams.length);
});

Deno.test("fork() is independent: it neither advances its parent nor depends on what that drew", () => {
  const plain = rng(42, "parent"), forked = rng(42, "parent");
  const first = forked.fork("child").uint32();
  const draws = Array.from({ length: 5 }, plain.uint32);
  assertEquals(Array.from({ length: 5 }, forked.uint32), draws);
  assertEquals(forked.fork("child").uint32(), first);
  assertEquals(rng(42, "parent", "child").uint32(), first);
});

Deno.test("fork() streams do not correlate", () => {
  const a = rng(42).fork("a"), b = rng(42).fork("b");
  const [product] = moments(() => a.normal() * b.normal());
  assertWithin(product, 0, Math.sqrt(1 / DRAWS));
});
