import { assertEquals, assertThrows } from "@std/assert";
import * as z from "zod";
import { definePlugin, makeByName, readOptions } from "../../src/base/plugin.ts";

const power = definePlugin({
  options: z.strictObject({ by: z.number().positive().default(2) }),
  make: ({ by }, { base }: { base: number }) => base ** by,
});
const plugins = { power } as const;
const make = (name: string, given: unknown) => makeByName("number", plugins, name, given, { base: 3 });

Deno.test("makeByName() fills in defaults and hands on the context", () => {
  assertEquals([make("power", {}), make("power", { by: 3 })], [9, 27]);
});

const refused: [name: string, given: unknown, message: string][] = [
  ["pwer", {}, `Cannot make number "pwer" because it must be one of power: did you mean "power"?`],
  ["toString", {}, `Cannot make number "toString" because it must be one of power`],
  ["power", { by: 0 }, `Cannot make number "power" because by must be more than 0, current value is 0`],
  ["power", { by: "x" }, `Cannot make number "power" because by must be a number, current value is "x"`],
  [
    "power",
    { bye: 1 },
    `Cannot make number "power" because bye is not an option: did you mean "by"? Options: by`,
  ],
];
for (const [name, given, message] of refused) {
  Deno.test(`makeByName() refuses ${name} with ${JSON.stringify(given)}`, () => {
    assertEquals(assertThrows(() => make(name, given), RangeError).message, message);
  });
}

Deno.test("readOptions() says what is missing, and what the members of a union ask for", () => {
  const schema = z.strictObject({ at: z.union([z.literal(0), z.number().min(5), z.array(z.number())]) });
  const fault = "must be 0 or a number or a list, current value";
  assertEquals(readOptions(schema, {}), { path: ["at"], fault: `${fault} is missing` });
  assertEquals(readOptions(schema, { at: 1 }), {
    path: ["at"],
    fault: "must be at least 5, current value is 1",
  });
});
