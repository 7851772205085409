import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../src/base/errors.ts";
import { readJson, readJsonLines } from "../../src/base/json_text.ts";

Deno.test("readJsonLines() passes over the part that a kill left after the last line", () => {
  assertEquals(readJsonLines('{"a":1}\n2\n', "m.jsonl"), [{ a: 1 }, 2]);
  assertEquals(readJsonLines('{"a":1}\n{"a":', "m.jsonl"), [{ a: 1 }]);
});

Deno.test("damaged JSON is named by file, and by line", () => {
  assertThrows(() => readJson("{", "r.json"), DataError, 'Cannot read "r.json": it is not valid JSON');
  assertThrows(() => readJsonLines("1\n{\n3\n", "m.jsonl"), DataError, 'Cannot read "m.jsonl:2"');
});
