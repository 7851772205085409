import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { sumAsHalves } from "../../src/train/half_sum.ts";
import { ranksInOneProcess } from "../ranks.ts";

/** Each rank's sum of what the ranks give. */
function summed(given: readonly (readonly number[])[]): Promise<Float32Array[]> {
  return Promise.all(
    ranksInOneProcess(given.length).map(async (ranks) => {
      const values = Float32Array.from(given[ranks.rank]);
      await sumAsHalves(ranks, Promise.resolve(values));
      return values;
    }),
  );
}

/** Gradients of many magnitudes, of both signs. */
function draw(length: number, rank: number, largest: number): number[] {
  const random = rng(1, "halves", rank);
  return Array.from({ length }, () => (random.uniform() - .5) * largest * 2 ** -random.integer(20));
}

for (const [size, length] of [[2, 1000], [3, 1000], [3, 7], [4, 1], [8, 12]]) {
  for (const largest of [1, 2 ** 24, 1e-9]) {
    Deno.test(`${size} ranks sum ${length} values of up to ${largest} within two roundings to f16`, async () => {
      const given = Array.from({ length: size }, (_, rank) => draw(length, rank, largest));
      const [first, ...others] = await summed(given);
      for (const other of others) assertEquals(other, first);
      first.forEach((value, i) => {
        const exact = given.reduce((sum, values) => sum + values[i], 0);
        const magnitude = given.reduce((sum, values) => sum + Math.abs(values[i]), 0);
        const tolerance = 2 ** -10 * magnitude + 2 ** -38 * size * largest;
        assert(Math.abs(value - exact) <= tolerance, `${i}: ${value} for ${exact}`);
      });
    });
  }
}

Deno.test("what is not finite on one rank is so in the sum of all, at its place", async () => {
  const [a, b] = await summed([[1, NaN, 3, Infinity, 5, -Infinity], [1, 2, 3, 4, 1e30, Infinity]]);
  assertEquals(a, b);
  assertEquals([...a].map(Number.isFinite), [true, false, true, false, true, false]);
  assertEquals([a[0], a[2], a[3]], [2, 6, Infinity]);
});

Deno.test("values whose sum overflows f32 become infinite, as in f32; the largest and smallest do not", async () => {
  const most = 2 ** 127, least = 2 ** -149;
  assertEquals([...(await summed([[most, most], [most, -most / 2]]))[0]], [Infinity, most / 2]);
  assertEquals([...(await summed([[least, 0], [least, -least]]))[1]], [2 * least, -least]);
});

Deno.test("a failure of one rank's values fails the sum, and nothing else", async () => {
  const [a, b] = ranksInOneProcess(2);
  const failed = sumAsHalves(a, Promise.reject(new Error("lost")));
  const waits = sumAsHalves(b, Promise.resolve(new Float32Array(4)));
  assertEquals(await failed.catch(({ message }) => message), "lost");
  a.abort(70);
  assertEquals(await waits.catch(({ message }) => message), "Aborted with code 70");
});
