import { assertEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { assertClose, difference } from "./compare.ts";
import { nchwToNhwc, nhwcToNchw, oihwToRsck, rsckToOihw } from "./layout.ts";
import { randomLabels, randomNormal, randomProbabilities } from "./random.ts";

const compare = (actual: number[], expected: number[], tolerance = 0.1) =>
  assertClose({ op: "conv2d()", name: "dx", actual, expected, tolerance });

Deno.test("assertClose() returns the share of the tolerance used, relative to the largest magnitude", () => {
  assertEquals(compare([1, -4], [1.25, -4], 0.125), 0.5);
  assertEquals(compare([0, 0], [0, 0], 0), 0);
  assertEquals(compare([Infinity, 1], [Infinity, 1]), 0);
});

Deno.test("assertClose() names op, tensor, index, both values and the share on failure", () => {
  assertThrows(
    () => compare([1, 2, 3], [1, 2.5, 4]),
    Error,
    "Cannot accept conv2d() dx: its values must be within 0.1 of the expected: at index 2 of 3 the current " +
      "value is 3, the expected 4, the error 2.50e-1, which is 2.50 of the tolerance",
  );
});

Deno.test("assertClose() fails on NaN, on infinity and on another length", () => {
  assertThrows(() => compare([NaN], [1]), Error, "current value is NaN");
  assertThrows(() => compare([1], [NaN]), Error, "the expected NaN");
  assertThrows(() => compare([NaN], [NaN]), Error, "current value is NaN");
  assertThrows(() => compare([9, 1], [1, Infinity]), Error, "at index 1");
  assertThrows(() => compare([5, Infinity], [1, Infinity]), Error, "at index 0");
  assertThrows(() => compare([1, 2], [1]), TypeError, "must have 1 values: current length is 2");
  assertThrows(() => compare([1e-9], [0], 0), Error, "at index 0");
});

Deno.test("difference() finds the worst element", () => {
  const worst = difference({ op: "", name: "", actual: [1, 5, 2], expected: [1, 4, 2.5], tolerance: 1 });
  assertEquals(worst, { share: 0.25, error: 0.25, index: 1 });
});

Deno.test("Layouts go there and back", () => {
  const x = randomNormal(rng(1), 2 * 3 * 4 * 5);
  const there = nchwToNhwc(x, [2, 3, 4, 5]);
  assertEquals(there[1], x[4 * 5]); // the second channel of the first pixel
  assertEquals(nhwcToNchw(there, [2, 4, 5, 3]), Float64Array.from(x));
  const filter = oihwToRsck(x, [2, 3, 4, 5]);
  assertEquals(filter[1], x[3 * 4 * 5]); // the second output channel
  assertEquals(rsckToOihw(filter, [4, 5, 3, 2]), Float64Array.from(x));
});

Deno.test("Random arrays follow their stream and stay in range", () => {
  assertEquals(randomNormal(rng(3), 9), randomNormal(rng(3), 9));
  assertEquals(randomLabels(rng(3), 200, 3).every((label) => label >= 0 && label < 3), true);
  const rows = randomProbabilities(rng(3), 2, 4);
  for (const start of [0, 4]) {
    const sum = rows.subarray(start, start + 4).reduce((a, b) => a + b, 0);
    assertEquals(Math.abs(sum - 1) < 1e-6, true);
  }
});
