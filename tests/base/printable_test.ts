import { assertEquals } from "@std/assert";
import { printable, printableLines } from "../../src/base/printable.ts";

Deno.test("printable() shows controls as JSON writes them, and leaves every script alone", () => {
  assertEquals(printable("a\x1b[31m\n\x9b\u202eb\u2066"), "a\\u001b[31m\\u000a\\u009b\\u202eb\\u2066");
  for (const name of ["\u0646\u200c\u0627", "日本語", "👩‍👧", "ß"]) assertEquals(printable(name), name);
});

Deno.test("printableLines() keeps line feeds, and what a printed JSON document says", () => {
  assertEquals(printableLines("a\r\nb\tc"), "a\\u000d\nb\\u0009c");
  const value = { name: "a\x1b\x9b\u202e\t\n\u200f" };
  assertEquals(JSON.parse(printableLines(JSON.stringify(value, null, 2))), value);
});
