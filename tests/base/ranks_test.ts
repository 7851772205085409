import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ONE } from "../../src/base/ranks.ts";
import { ranksInOneProcess } from "../ranks.ts";

Deno.test("a process by itself keeps its values", async () => {
  const values = new Float32Array([1, 2]);
  await ONE.sum(values);
  assertEquals([...values], [1, 2]);
  const bytes = new Uint8Array([3]);
  assertEquals(await ONE.gather(bytes), [bytes]);
  assertEquals(await ONE.broadcast(bytes), bytes);
  assertThrows(() => ONE.broadcast(undefined), TypeError, "no bytes");
});

Deno.test("ranksInOneProcess() sums, gathers and broadcasts", async () => {
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
      await ranks.barrier();
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
