import { assertEquals } from "@std/assert";
import { few, fewQuoted } from "../../src/base/few.ts";

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

Deno.test("few() lists five names and counts the others", () => {
  assertEquals([few([]), few(names(2)), few(names(5))], ["", "n0, n1", "n0, n1, n2, n3, n4"]);
  assertEquals(few(names(505)), "n0, n1, n2, n3, n4 and 500 more");
});

Deno.test("fewQuoted() quotes names that may contain anything, and shortens long ones", () => {
  assertEquals(fewQuoted(['a "b"', "c\n"]), '"a \\"b\\"", "c\\n"');
  assertEquals(fewQuoted(["x".repeat(1000)]).length, 125);
});
