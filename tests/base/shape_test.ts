import { assertEquals } from "@std/assert";
import { elements, formatShape, roundUp, sameShape } from "../../src/base/shape.ts";

Deno.test("elements() multiplies the axes", () => {
  assertEquals([elements([2, 3, 4]), elements([5]), elements([]), elements([2, 0])], [24, 5, 1, 0]);
});

Deno.test("sameShape() compares rank and every axis", () => {
  assertEquals(
    [sameShape([2, 3], [2, 3]), sameShape([], []), sameShape([2, 3], [3, 2]), sameShape([2], [2, 1])],
    [true, true, false, false],
  );
});

Deno.test("formatShape() writes a shape as messages show it", () => {
  assertEquals([formatShape([2, 3, 3]), formatShape([])], ["[2, 3, 3]", "[]"]);
});

Deno.test("roundUp() goes to the next multiple", () => {
  assertEquals([roundUp(0, 4), roundUp(1, 4), roundUp(4, 4), roundUp(5, 4)], [0, 4, 4, 8]);
});
