import { assertEquals } from "@std/assert";
import { append, largest, smallest } from "../../src/base/lists.ts";

Deno.test("append(), largest() and smallest() take lists that no call could take", () => {
  const many = Int32Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) % 1_000_003), list: number[] = [5];
  append(list, many);
  assertEquals([list.length, list[0], list[12]], [1_000_001, 5, many[11]]);
  const sorted = many.toSorted();
  assertEquals([largest(many), smallest(many)], [sorted.at(-1), sorted[0]]);
  assertEquals([largest([]), largest([], 1), largest([-3], -7), smallest([])], [-Infinity, 1, -3, Infinity]);
});
