import { assertEquals, assertThrows } from "@std/assert";
import { median, takeTurns } from "../../bench/timing.ts";

Deno.test("median() is the middle value, or the mean of the middle two", () => {
  assertEquals(median([3]), 3);
  assertEquals(median([10, 1, 2]), 2);
  assertEquals(median([4, 1, 100, 2]), 3);
  assertThrows(() => median([]), RangeError, "no values");
});

Deno.test("takeTurns() repeats the short, and lets variants take turns", async () => {
  const calls: string[] = [];
  const variant = (name: string, milliseconds: readonly number[]) => {
    let round = 0;
    return (times: number) => {
      calls.push(`${name}${times}`);
      return Promise.resolve(milliseconds[Math.min(round++, milliseconds.length - 1)]);
    };
  };
  const slow = variant("slow", [900, 40, 41, 43, 42]), fast = variant("fast", [500, 10, 10, 11, 13, 12]);
  assertEquals(await takeTurns([slow, fast], { least: 30, rounds: 3 }), [42, 12]);
  assertEquals(calls, [
    ...["slow1", "slow1"],
    ...["fast1", "fast1", "fast4"],
    ...["slow1", "fast4", "slow1", "fast4", "slow1", "fast4"],
  ]);
});
