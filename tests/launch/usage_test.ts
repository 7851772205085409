import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { asksForHelp } from "../../src/launch/flags.ts";
import { parseArguments, usageHelp, usageLine } from "../../src/launch/usage.ts";
import { usages } from "../../src/tasks/usages.ts";

const usage = {
  task: "x",
  summary: "Does x",
  takes: "FILE",
  flags: {
    json: { help: "As JSON" },
    "top-k": { value: "N", help: "How many" },
    gpu: { choices: ["a", "b"], help: "" },
    grow: { choices: ["fast"], optional: true, help: "Grow" },
  },
} as const;
const parse = (...args: string[]) => {
  const { flags, others } = parseArguments(args, usage);
  return [Object.fromEntries(flags), others];
};

Deno.test("parseArguments() takes flags in both forms, anywhere before --", () => {
  assertEquals(parse("a", "--json", "--top-k", "3", "b"), [{ json: "", "top-k": "3" }, ["a", "b"]]);
  assertEquals(parse("--top-k=3", "--", "--json"), [{ "top-k": "3" }, ["--json"]]);
});

Deno.test("parseArguments() takes an optional choice where it is given", () => {
  assertEquals(parse("--grow", "a"), [{ grow: "" }, ["a"]]);
  assertEquals(parse("--grow"), [{ grow: "" }, []]);
  assertEquals(parse("--grow", "fast", "a"), [{ grow: "fast" }, ["a"]]);
  assertEquals(parse("a", "--grow=fast"), [{ grow: "fast" }, ["a"]]);
  assertThrows(() => parse("--grow=slow"), ConfigError, "Cannot use --grow slow: Choices are fast");
});

Deno.test("parseArguments() refuses what it does not know, with the nearest flag and the usage", () => {
  const refuse = (text: string, ...args: string[]) => assertThrows(() => parse(...args), ConfigError, text);
  refuse("Cannot use --jsn: no such flag; did you mean --json? Usage: deno task x FILE", "--jsn");
  refuse("Cannot use --top-k without a value: write --top-k N", "--top-k");
  refuse("Cannot use --json=1: --json takes no value", "--json=1");
  refuse("Cannot use -j: no such flag", "-j");
  refuse("Choices are a, b", "--gpu", "c");
});

Deno.test("asksForHelp() looks at flags only", () => {
  assertEquals([["--help"], ["a", "-h"], ["--", "--help"], ["help"]].map(asksForHelp), [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("usageLine() and usageHelp() name every flag with its value", () => {
  assertEquals(usageLine(usage), "deno task x FILE [--json] [--top-k N] [--gpu a|b] [--grow [fast]]");
  assertEquals(usageHelp(usage), [
    "deno task x FILE [--json] [--top-k N] [--gpu a|b] [--grow [fast]]",
    "",
    "Does x.",
    "",
    "Flags",
    "  --json         As JSON",
    "  --top-k N      How many",
    "  --gpu a|b",
    "  --grow [fast]  Grow",
    "  -h, --help     Show this help",
  ]);
});

Deno.test("every usage is filed under its task's name", () => {
  for (const [name, { task }] of Object.entries(usages)) assertEquals(task, name);
});
