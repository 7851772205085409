import { assert, assertEquals, assertThrows } from "@std/assert";
import { Plausibility } from "../../bench/plausible.ts";
import { exitCode, GpuError } from "../../src/base/errors.ts";

Deno.test("a rate above the adapter's probe is no result, and ends the run with its name", () => {
  const plausibility = new Plausibility();
  assert(plausibility.allows("conv", 104, 100));
  plausibility.require();
  assert(!plausibility.allows("jax-js's conv", 12_000, 100));
  const error = assertThrows(
    () => plausibility.require(),
    GpuError,
    "jax-js's conv at 120.0 times the adapter's multiply-adds",
  );
  assertEquals(exitCode(error), 4);
});
