import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { asksForHelp, parseArguments } from "../../src/launch/arguments.ts";

const kinds = { json: "switch", "top-k": { value: "N" } } as const;
const parse = (...args: string[]) => {
  const { flags, others } = parseArguments(args, kinds, "deno task x FILE");
  return [Object.fromEntries(flags), others];
};

Deno.test("parseArguments() takes flags in both forms, anywhere before --", () => {
  assertEquals(parse("a", "--json", "--top-k", "3", "b"), [{ json: "", "top-k": "3" }, ["a", "b"]]);
  assertEquals(parse("--top-k=3", "--", "--json"), [{ "top-k": "3" }, ["--json"]]);
});

Deno.test("parseArguments() refuses what it does not know, with the nearest flag and the usage", () => {
  const refuse = (text: string, ...args: string[]) => assertThrows(() => parse(...args), ConfigError, text);
  refuse("Cannot use --jsn: no such flag; did you mean --json? Usage: deno task x FILE", "--jsn");
  refuse("Cannot use --top-k without a value: write --top-k N", "--top-k");
  refuse("Cannot use --json=1: --json takes no value", "--json=1");
  refuse("Cannot use -j: no such flag", "-j");
});

Deno.test("asksForHelp() looks at flags only", () => {
  assertEquals([["--help"], ["a", "-h"], ["--", "--help"], ["help"]].map(asksForHelp), [
    true,
    true,
    false,
    false,
  ]);
});
