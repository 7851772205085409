import { assert, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { fingerprint, FINGERPRINT_VALUES, isCopy, similarity } from "../../../src/data/health/fingerprint.ts";
import { type NearPair, visitNearPairs } from "../../../src/data/health/near_pairs.ts";
import { changed, waves } from "./made.ts";

const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Pearson's correlation as the book has it. */
function correlation(a: Uint8Array, b: Uint8Array): number {
  const p = mean(a), q = mean(b);
  let product = 0, first = 0, second = 0;
  a.forEach((value, i) => {
    product += (value - p) * (b[i] - q);
    first += (value - p) ** 2;
    second += (b[i] - q) ** 2;
  });
  return product / Math.sqrt(first * second);
}

/** All pairs in order. */
function nearPairs(all: readonly Uint8Array[], threshold: number): NearPair[] {
  const pairs: NearPair[] = [];
  visitNearPairs(all, threshold, (pair) => pairs.push(pair));
  return pairs.sort((a, b) => a.first - b.first || a.second - b.second);
}

/** All pairs by comparing all with all; flat ones (standard deviation below 4) have none. */
function bruteForce(all: readonly Uint8Array[], threshold: number): string[] {
  const isFlat = all.map((values) => {
    const middle = mean(values);
    return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length < 16;
  });
  const pairs: string[] = [];
  for (let a = 0; a < all.length; a++) {
    for (let b = a + 1; b < all.length; b++) {
      if (!isFlat[a] && !isFlat[b] && correlation(all[a], all[b]) >= threshold) pairs.push(`${a} ${b}`);
    }
  }
  return pairs;
}

/** Fingerprints in clusters of random width around random centres, some of them flat. */
function clusters(seed: number, count: number): Uint8Array[] {
  const random = rng(seed, "clusters");
  const centres = Array.from({ length: 12 }, () => {
    const contrast = random.uniform() < 0.15 ? random.uniform(0, 6) : random.uniform(10, 60);
    return Float64Array.from({ length: FINGERPRINT_VALUES }, () => 128 + contrast * random.normal());
  });
  return Array.from({ length: count }, () => {
    const centre = centres[random.integer(centres.length)];
    const spread = random.uniform(0, 12), gain = random.uniform(0.4, 1.4), offset = random.uniform(-40, 40);
    const near = (value: number) => 128 + gain * (value - 128) + offset + spread * random.normal();
    return Uint8Array.from(Uint8ClampedArray.from(centre, near));
  });
}

for (const [seed, threshold] of [[1, 0.99], [2, 0.985], [3, 0.95], [4, 0.7]]) {
  Deno.test(`visitNearPairs() finds what comparing all with all finds (seed ${seed}, threshold ${threshold})`, () => {
    const all = clusters(seed, 211);
    const expected = bruteForce(all, threshold);
    assert(expected.length > 50, `only ${expected.length} pairs`);
    const found = nearPairs(all, threshold);
    assertEquals(found.map(({ first, second }) => `${first} ${second}`), expected);
    for (const { first, second, similarity } of found) {
      assert(Math.abs(similarity - correlation(all[first], all[second])) < 1e-9);
    }
  });
}

Deno.test("visitNearPairs() spares the pairs that are to be skipped, and flat pictures have no twin", () => {
  const print = fingerprint(waves(3)), flat = new Uint8Array(FINGERPRINT_VALUES).fill(90);
  const seen: string[] = [];
  visitNearPairs(
    [print, flat, print, flat, print],
    0.99,
    ({ first, second }) => seen.push(`${first} ${second}`),
    (first) => first === 0,
  );
  assertEquals(seen, ["2 4"]);
});

Deno.test("similarity() does not count brightness and contrast, isCopy() does", () => {
  const picture = waves(5), paler = changed(picture, (value) => 0.6 * value + 60);
  const a = fingerprint(picture), b = fingerprint(paler);
  assert(similarity(a, b) > 0.995, `${similarity(a, b)}`);
  assertEquals([isCopy(a, b), isCopy(a, a)], [false, true]);
});

Deno.test("fingerprints of unlike pictures are far apart", () => {
  assertEquals(nearPairs(Array.from({ length: 120 }, (_, seed) => fingerprint(waves(seed))), 0.99), []);
});
