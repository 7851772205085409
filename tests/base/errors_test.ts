import { assertEquals } from "@std/assert";
import * as errors from "../../src/base/errors.ts";

const codes: [error: unknown, code: number][] = [
  [new errors.ConfigError("x"), 2],
  [new errors.BusyError("x"), 2],
  [new errors.DataError("x"), 3],
  [new errors.MissingError("x"), 3],
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
  const classes = Object.entries(errors).filter(([, { prototype }]) => prototype instanceof Error);
  for (const [name, value] of classes) {
    const error = new (value as new (message: string) => Error)("x");
    assertEquals([error.name, error.message[0], error instanceof Error], [name, "x", true]);
  }
});

Deno.test("a LimitError gives the cure, or the batch that fits", () => {
  const error = new errors.LimitError("Cannot allocate y as it is large", 0.4);
  assertEquals(error.message, "Cannot allocate y as it is large; lower data.batch_size or data.image_size");
  assertEquals(error.forBatch(64).message, "Cannot allocate y as it is large; data.batch_size=25 fits");
  assertEquals(error.forBatch(2).message, "Cannot allocate y as it is large; lower data.image_size");
  assertEquals(errors.exitCode(error), 4);
});

Deno.test("messageOf() and firstLineOf() give the text of anything that was thrown", () => {
  assertEquals(errors.messageOf(new TypeError("a\nb")), "a\nb");
  assertEquals(errors.messageOf(7), "7");
  assertEquals(errors.firstLineOf(new TypeError("\n a \nb")), "a ");
  assertEquals(errors.firstLineOf(undefined), "undefined");
});
