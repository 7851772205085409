import { assertEquals } from "@std/assert";
import { concatBytes } from "../../src/base/bytes.ts";
import { excerpt } from "../../src/base/excerpt.ts";

Deno.test("concatBytes() copies all parts in order", () => {
  const first = Uint8Array.of(1, 2), whole = concatBytes([first, new Uint8Array(), Uint8Array.of(3)]);
  first[0] = 9;
  assertEquals(whole, Uint8Array.of(1, 2, 3));
  assertEquals(concatBytes([]), new Uint8Array());
});

Deno.test("excerpt() shows 80 characters of a value", () => {
  assertEquals(excerpt({ a: [1] }), '{"a":[1]}');
  assertEquals(excerpt(undefined), "missing");
  assertEquals(excerpt("x".repeat(80)), `"${"x".repeat(80)}"`);
  assertEquals(excerpt("x".repeat(81)), `"${"x".repeat(80)}..."`);
  assertEquals(excerpt(Array(60).fill(1)), `[${"1,".repeat(60)}`.slice(0, 80) + "...");
});
