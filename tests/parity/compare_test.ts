import { assertEquals, assertThrows } from "@std/assert";
import { absolute, byEach, byLargest, compare, worstOf } from "../../src/parity/compare.ts";
import { compareMost } from "../../src/parity/trajectory.ts";
import { comparePictures } from "../../src/parity/transforms.ts";

Deno.test("compare() finds the worst element by its measure", () => {
  const actual = [1, -4.5, 2], expected = [1, -4, 2.25];
  const largest = compare("dx", actual, expected, byLargest(expected, .25));
  assertEquals([largest.error, largest.share], [.125, .5]);
  assertEquals(largest.worst, "dx[1] is -4.5, the reference -4");
  const each = compare("dx", [1, 3, 0], [1, 2, 0], byEach([1, 2, 0], 1, 1));
  assertEquals([each.error, each.worst], [.5, "dx[1] is 3, the reference 2"]);
  assertEquals(compare("dx", actual, expected, absolute(.25)).share, 2);
});

Deno.test("compare() measures zeros by themselves, small values by the least scale, and passes equal values without a tolerance", () => {
  assertEquals(compare("y", [0, 1e-6], [0, 0], byLargest([0, 0], 1e-5)).error, 1e-6);
  assertEquals(compare("y", [1e-6], [1e-3], byLargest([1e-3], 1, .5)).error, (1e-3 - 1e-6) / .5);
  assertEquals(compare("y", [0, Infinity], [0, Infinity], byLargest([0, Infinity], 0)).share, 0);
});

Deno.test("compare() never passes NaN, infinities that differ, and another length", () => {
  for (const [actual, expected] of [[NaN, 1], [1, NaN], [NaN, NaN], [Infinity, 1], [1, Infinity]]) {
    const { error, share } = compare("y", [1, actual], [1, expected], byLargest([1, expected], 1e9));
    assertEquals([error, share], [Infinity, Infinity]);
  }
  assertEquals(compare("y", [1, 2], [1], absolute(9)).worst, "y has 2 values, the reference 1");
});

Deno.test("compareMost() lets outliers be off ten times as much, but not half of the values", () => {
  const share = (...actual: number[]) => compareMost("norms", actual, [0, 0, 0, 0], absolute(1)).share;
  assertEquals(share(0, 0, .5, 5), .5);
  assertEquals(share(0, 0, 9, 9), .9);
  assertEquals(share(0, 0, 0, 20), 2);
  assertEquals(share(0, 3, 3, 3), 3);
  assertEquals(share(0, 0, 0, NaN), Infinity);
});

Deno.test("compareMost() says how many values are beyond the tolerance itself", () => {
  const what = (...actual: number[]) => compareMost("norms", actual, [0, 0, 0, 0], absolute(1)).what;
  assertEquals(what(0, 1, 1, 1), "norms");
  assertEquals(what(0, 0, 2, 9), "norms (2 beyond 1)");
});

Deno.test("comparePictures() allows two levels at most, and more than one on a thousandth of the values", () => {
  const picture = (...levels: number[]) => {
    const data = new Uint8Array(3000).fill(100);
    data.set(levels);
    return { width: 100, height: 10, data };
  };
  const share = (...levels: number[]) => comparePictures(picture(...levels), picture()).share;
  assertEquals(share(), 0);
  assertEquals(share(101, 99), .5);
  assertEquals(share(102, 98, 102), 1);
  assertEquals(share(102, 98, 102, 102), 4 / 3);
  assertEquals(share(103), 1.5);
  const narrow = { ...picture(), width: 50, height: 20 };
  assertEquals(comparePictures(narrow, picture()).worst, "the image is 50x20, the reference 100x10");
});

Deno.test("worstOf() refuses to pass what compared nothing", () => {
  assertThrows(() => worstOf([]), RangeError, "nothing was compared");
});
