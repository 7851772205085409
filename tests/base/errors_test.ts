import { assertEquals } from "@std/assert";
import * as errors from "../../src/base/errors.ts";

const codes: [error: unknown, code: number][] = [
  [new errors.ConfigError("x"), 2],
  [new errors.DataError("x"), 3],
  [new errors.GpuError("x"), 4],
  [new errors.DeviceLostError("x"), 4],
  [new errors.DivergedError("x"), 5],
  [new errors.InterruptedError("x"), 130],
  [new TypeError("x"), 1],
  ["x", 1],
  [undefined, 1],
];

for (const [error, code] of codes) {
  const name = error instanceof Error ? error.name : `a thrown ${typeof error}`;
  Deno.test(`exitCode() of ${name} is ${code}`, () => assertEquals(errors.exitCode(error), code));
}

Deno.test("an error's name is its class", () => {
  const classes = Object.entries(errors).filter(([, value]) => value !== errors.exitCode);
  for (const [name, value] of classes) {
    const error = new (value as new (message: string) => Error)("x");
    assertEquals([error.name, error.message, error instanceof Error], [name, "x", true]);
  }
});
