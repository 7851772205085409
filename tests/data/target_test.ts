import { assertEquals, assertStrictEquals } from "@std/assert";
import { topClasses } from "../../src/data/target.ts";

Deno.test("topClasses() of class indices are these", () => {
  const labels = Uint32Array.of(3, 0, 1);
  assertStrictEquals(topClasses({ kind: "indices", labels }), labels);
});

Deno.test("topClasses() of a mixed target have the larger share; of equal shares the lower class counts", () => {
  const target = {
    kind: "mixed",
    first: Uint32Array.of(3, 3, 3, 1, 2),
    second: Uint32Array.of(1, 1, 1, 3, 2),
    shares: Float32Array.of(.7, .3, .5, .5, .5),
  } as const;
  assertEquals(topClasses(target), Uint32Array.of(3, 1, 1, 1, 2));
});
