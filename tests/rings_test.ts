import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ring, type RingHost } from "./rings.ts";

function recordingHost(isCi: boolean) {
  const definitions: Deno.TestDefinition[] = [], lines: string[] = [];
  const host: RingHost = {
    isCi,
    register: (definition) => definitions.push(definition),
    print: (line) => lines.push(line),
  };
  return { host, definitions, lines };
}

Deno.test("ring() registers the test as it is where its need is met", () => {
  const { host, definitions, lines } = recordingHost(true);
  const fn = () => {};
  ring(2, "op", true, "no adapter", host)("a", fn, { sanitizeOps: false });
  assertEquals([definitions, lines], [[{ sanitizeOps: false, name: "a", fn }], []]);
});

Deno.test("ring() ignores its tests where its need is not met, and says why once", () => {
  const { host, definitions, lines } = recordingHost(false);
  const test = ring(2, "op", false, "no adapter", host);
  test("a", () => {});
  test("b", () => {});
  assertEquals(definitions.map(({ name, ignore }) => [name, ignore]), [["a", true], ["b", true]]);
  assertEquals(lines, ["ring 2 (op) ignored: no adapter"]);
});

Deno.test("ring() fails its tests under CI where its need is not met", () => {
  const { host, definitions } = recordingHost(true);
  ring(4, "page", false, "no Chromium", host)("a", () => {});
  assertEquals(definitions[0].ignore, false);
  const run = definitions[0].fn as () => void;
  const error: Error = assertThrows(run, Error);
  assertStringIncludes(error.message, "Cannot pass CI as ring 4 (page) ignored: no Chromium");
});
