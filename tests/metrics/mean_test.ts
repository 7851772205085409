import { assertEquals, assertThrows } from "@std/assert";
import { mean } from "../../src/metrics/mean.ts";

Deno.test("mean() weights each value and forgets on reset", () => {
  const loss = mean();
  assertEquals([loss.direction, loss.compute()], ["min", null]);
  loss.update(2, 3);
  loss.update(4);
  loss.update(NaN, 0);
  assertEquals(loss.compute(), 2.5);
  loss.reset();
  assertEquals(loss.compute(), null);
  assertEquals(mean("max").direction, "max");
});

Deno.test("mean() shows a value that is not finite", () => {
  const loss = mean();
  loss.update(1);
  loss.update(NaN);
  assertEquals(loss.compute(), NaN);
});

Deno.test("mean() refuses a negative weight", () => {
  assertThrows(() => mean().update(1, -1), RangeError, "current value is -1");
});
