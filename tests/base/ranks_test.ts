import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fromAll, fromFirst, ONE, otherThanFirst } from "../../src/base/ranks.ts";
import { ranksInOneProcess } from "../ranks.ts";

Deno.test("a process by itself keeps its values", async () => {
  const values = new Float32Array([1, 2]);
  await ONE.sum(values);
  assertEquals([...values], [1, 2]);
  const bytes = new Uint8Array([3]);
  assertEquals(await ONE.gather(bytes), [bytes]);
  assertEquals(await ONE.exchange(bytes), bytes);
  assertEquals(await ONE.broadcast(bytes), bytes);
  assertThrows(() => ONE.broadcast(undefined), TypeError, "no bytes");
});

Deno.test("ranks know each other's values, the first one's, and which differs from it", async () => {
  for (const texts of [["a"], ["a", "a", "a"], ["a", "a", "b"], ["b", "a", "a"]]) {
    const found = await Promise.all(
      (texts.length === 1 ? [ONE] : ranksInOneProcess(texts.length)).map(async (ranks) => {
        const text = texts[ranks.rank];
        const first = await fromFirst(ranks, ranks.rank === 0 ? { text } : undefined);
        return [first, await fromAll(ranks, text), await otherThanFirst(ranks, text)];
      }),
    );
    const differs = texts.findIndex((text) => text !== texts[0]);
    for (const one of found) {
      assertEquals(one, [{ text: texts[0] }, texts, differs < 0 ? undefined : differs]);
    }
  }
});

Deno.test("ranksInOneProcess() sums, gathers, exchanges and broadcasts", async () => {
  await Promise.all(
    ranksInOneProcess(3).map(async (ranks) => {
      const values = new Float32Array([ranks.rank, 1]), most = new Float64Array([5 - ranks.rank, ranks.rank]);
      const summed = ranks.sum(values); // not awaited: calls keep their order
      await ranks.max(most);
      await summed;
      assertEquals([...values], [3, 3]);
      assertEquals([...most], [5, 2]);
      const gathered = await ranks.gather(new Uint8Array(ranks.rank).fill(7));
      assertEquals(gathered.map((bytes) => bytes.length), [0, 1, 2]);
      assertEquals(
        await ranks.broadcast(ranks.rank === 1 ? new Uint8Array([9]) : undefined, 1),
        new Uint8Array([9]),
      );
      const parts = new Uint8Array([0, 0, 1, 1, 2, 2]).map((to) => 10 * ranks.rank + to);
      const exchanged = ranks.exchange(Promise.resolve(parts)); // has its place before the barrier
      await ranks.barrier();
      assertEquals([...await exchanged], [0, 0, 10, 10, 20, 20].map((from) => from + ranks.rank));
    }),
  );
});

Deno.test("ranksInOneProcess() fails for different calls and after an abort", async () => {
  const [a, b] = ranksInOneProcess(2);
  const waits = a.sum(new Float32Array(2));
  const other = b.sum(new Float32Array(3));
  await assertRejects(() => waits, Error, "sum of 3 where another one calls sum of 2");
  await assertRejects(() => other);
  const never = a.barrier();
  b.abort(70);
  await assertRejects(() => never, Error, "70");
});
