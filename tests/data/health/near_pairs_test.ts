import { assert, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { fingerprint, FINGERPRINT_VALUES, isCopy, similarity } from "../../../src/data/health/fingerprint.ts";
import { Sets } from "../../../src/data/health/disjoint_sets.ts";
import { type NearPair, NearPairs } from "../../../src/data/health/near_pairs.ts";
import { changed, paler, waves } from "./made.ts";

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
async function nearPairs(all: readonly Uint8Array[], threshold: number): Promise<NearPair[]> {
  const pairs: NearPair[] = [];
  await new NearPairs(all).visit(threshold, (pair) => void pairs.push(pair));
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
  Deno.test(`NearPairs finds what comparing all with all finds (seed ${seed}, threshold ${threshold})`, async () => {
    const all = clusters(seed, 211);
    const expected = bruteForce(all, threshold);
    assert(expected.length > 50, `only ${expected.length} pairs`);
    const found = await nearPairs(all, threshold);
    assertEquals(found.map(({ first, second }) => `${first} ${second}`), expected);
    for (const { first, second, similarity } of found) {
      assert(Math.abs(similarity - correlation(all[first], all[second])) < 1e-9);
    }
  });
}

Deno.test("NearPairs spares the pairs of which all is known, and flat pictures have no twin", async () => {
  const print = fingerprint(waves(3)), flat = new Uint8Array(FINGERPRINT_VALUES).fill(90);
  const known = new Sets(5), seen: string[] = [];
  known.join(0, 2);
  await new NearPairs([print, flat, print, flat, print]).visit(
    0.99,
    ({ first, second }) => seen.push(`${first} ${second}`),
    { isKnown: (same) => same(known) },
  );
  assertEquals(seen.sort(), ["0 4", "2 4"]);
});

Deno.test("NearPairs joins what comparing all with all joins, also where it passes over boxes", async () => {
  for (let seed = 5; seed < 11; seed++) {
    const all = clusters(seed, 180), random = rng(seed, "chosen");
    const chosen = [...all.keys()].filter(() => random.uniform() < 0.8);
    const expected = new Sets(all.length), found = new Sets(all.length);
    for (const pair of bruteForce(all, 0.97)) {
      const [a, b] = pair.split(" ").map(Number);
      if (chosen.includes(a) && chosen.includes(b)) expected.join(a, b);
    }
    await new NearPairs(all).visit(0.97, ({ first, second }) => found.join(first, second), {
      isKnown: (same) => same(found),
    }, chosen);
    assertEquals(found.groups(), expected.groups());
  }
});

/** Frames of one scene, all near each other. */
function frames(count: number): Uint8Array[] {
  const random = rng(3, "frames"), scene = paler(waves(4, 16, 16)).data;
  return Array.from({ length: count }, () => scene.map((value) => Math.min(255, value + random.integer(5))));
}

/** Objects of any colour and place on white, hardly any near another. */
function onWhite(count: number): Uint8Array[] {
  const random = rng(4, "white"), below = (limit: number) => random.integer(limit);
  return Array.from({ length: count }, () => {
    const print = new Uint8Array(FINGERPRINT_VALUES).fill(250);
    const left = 2 + below(6), top = 2 + below(6), right = left + 2 + below(6), bottom = top + 2 + below(6);
    const color = [below(220), below(220), below(220)];
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) print.set(color.map((value) => value + below(20)), 3 * (16 * y + x));
    }
    return print;
  });
}

for (const [name, make] of Object.entries({ frames, onWhite })) {
  Deno.test(`NearPairs looks at far fewer pairs than there are: of four times the images at eight times as many (${name})`, async () => {
    const looks = async (count: number) => {
      const sets = new Sets(count);
      let looked = 0;
      await new NearPairs(make(count)).visit(0.99, ({ first, second }) => sets.join(first, second), {
        isKnown: (same) => ++looked > 0 && same(sets),
      });
      return looked;
    };
    const few = await looks(1000), many = await looks(4000);
    assert(many < 8 * few && many < 500_000, `${few} for 1000, ${many} for 4000`); // all pairs are 8 million
  });
}

Deno.test("similarity() does not count brightness and contrast, isCopy() does", () => {
  const picture = waves(5), paler = changed(picture, (value) => 0.6 * value + 60);
  const a = fingerprint(picture), b = fingerprint(paler);
  assert(similarity(a, b) > 0.995, `${similarity(a, b)}`);
  assertEquals([isCopy(a, b), isCopy(a, a)], [false, true]);
});

Deno.test("fingerprints of unlike pictures are far apart", async () => {
  assertEquals(await nearPairs(Array.from({ length: 120 }, (_, seed) => fingerprint(waves(seed))), 0.99), []);
});
