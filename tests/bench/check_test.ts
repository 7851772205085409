import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { dwAt, dxAt, forwardAt, noise, requireClose, samples } from "../../bench/check.ts";
import { GpuError } from "../../src/base/errors.ts";
import { conv2d, conv2dDw, conv2dDx, convOutput } from "../reference/conv2d.ts";

Deno.test("forwardAt(), dxAt() and dwAt() are single elements of the naive convolution", () => {
  const shape = { n: 2, h: 5, w: 6, c: 4, r: 3, s: 3, k: 4, stride: 2, padding: 1 };
  const { p, q } = convOutput(shape);
  const x = noise(2 * 5 * 6 * 4, 0), w = noise(9 * 16, 7), dy = noise(2 * p * q * 4, 99);
  const [x64, w64, dy64] = [x, w, dy].map((values) => Float64Array.from(values));
  conv2d(x64, w64, shape).forEach((y, i) => assertAlmostEquals(forwardAt(x, w, shape, p, q, i), y));
  conv2dDx(dy64, w64, shape).forEach((dx, i) => assertAlmostEquals(dxAt(dy, w, shape, p, q, i), dx));
  conv2dDw(x64, dy64, shape).forEach((dw, i) => assertAlmostEquals(dwAt(x, dy, shape, p, q, i), dw));
});

Deno.test("noise() goes on where its block ends, and rounds to f16", () => {
  const long = noise(1_048_573 + 10, 5);
  assertEquals(long.slice(-15, -5), noise(10, 1_048_573));
  assertEquals(long.slice(1_048_573), long.slice(0, 10));
  assertEquals(noise(100, 0, "f16"), Float32Array.from(Float16Array.from(noise(100, 0))));
});

Deno.test("samples() are within the tensor, with its first and last element", () => {
  assertEquals(samples(1), [0]);
  const at = samples(1000, 20);
  assertEquals(at.slice(0, 2), [0, 999]);
  assertEquals(at.every((i) => i >= 0 && i < 1000), true);
});

Deno.test("requireClose() names a wrong result, NaN too", () => {
  requireClose("relu", [1, 2.00001], [1, 2], 1e-4);
  assertThrows(
    () => requireClose("relu", [1, 2.1], [1, 2], 1e-4),
    GpuError,
    "Cannot time relu because it is wrong",
  );
  assertThrows(() => requireClose("relu", [NaN, 2], [1, 2], 1e-4), GpuError, "sample 0 is NaN");
});
