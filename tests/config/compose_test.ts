import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { compose } from "../../src/config/compose.ts";
import { parseOverride } from "../../src/config/overrides.ts";
import type { Value } from "../../src/config/values.ts";
import { memoryFiles } from "./files.ts";

const small = "name: small\nwidth: 1\n";
const large = "# A comment.\n# @package _global_\nmodel: { name: large, width: 2 }\nlr: 9\n";

interface Case {
  does: string;
  files: Record<string, string>;
  choices?: string[];
  gives: Value;
}

const cases: Case[] = [
  {
    does: "reads a root without defaults",
    files: { "train.yaml": "a: 1\nb: { c: [1] }" },
    gives: { a: 1, b: { c: [1] } },
  },
  { does: "takes an empty root", files: { "train.yaml": "# nothing\n" }, gives: {} },
  {
    does: "puts a group's file below the group's name",
    files: { "train.yaml": "defaults:\n  - model: small\nlr: 1", "model/small.yaml": small },
    gives: { model: { name: "small", width: 1 }, lr: 1 },
  },
  {
    does: "lets the root win where _self_ is not listed",
    files: { "train.yaml": "defaults:\n  - model: small\nmodel: { width: 7 }", "model/small.yaml": small },
    gives: { model: { name: "small", width: 7 } },
  },
  {
    does: "lets a group win that comes after _self_",
    files: {
      "train.yaml": "defaults:\n  - _self_\n  - model: small\nmodel: { width: 7, deep: true }",
      "model/small.yaml": small,
    },
    gives: { model: { name: "small", width: 1, deep: true } },
  },
  {
    does: "puts a @package _global_ file at the top",
    files: { "train.yaml": "defaults:\n  - _self_\n  - model: large\nlr: 1", "model/large.yaml": large },
    gives: { model: { name: "large", width: 2 }, lr: 9 },
  },
  {
    does: "puts a @package a.b file below a.b",
    files: { "train.yaml": "defaults:\n  - model: x", "model/x.yaml": "# @package a.b\nc: 1" },
    gives: { a: { b: { c: 1 } } },
  },
  {
    does: "reads @package in the leading comments only",
    files: { "train.yaml": "defaults:\n  - model: x", "model/x.yaml": "c: 1\n# @package _global_\n" },
    gives: { model: { c: 1 } },
  },
  {
    does: "replaces lists and merges maps",
    files: {
      "train.yaml": "defaults:\n  - _self_\n  - model: x\nmodel: { list: [1, 2], map: { a: 1 } }",
      "model/x.yaml": "list: [3]\nmap: { b: 2 }",
    },
    gives: { model: { list: [3], map: { a: 1, b: 2 } } },
  },
  {
    does: "takes the option that was chosen",
    files: {
      "train.yaml": "defaults:\n  - model: small",
      "model/small.yaml": small,
      "model/large.yaml": large,
    },
    choices: ["model=large"],
    gives: { model: { name: "large", width: 2 }, lr: 9 },
  },
  {
    does: "leaves out a group whose option is null",
    files: { "train.yaml": "defaults:\n  - model: small\nlr: 1", "model/small.yaml": small },
    choices: ["model=null"],
    gives: { lr: 1 },
  },
  {
    does: "adds a group with +",
    files: { "train.yaml": "lr: 1", "model/small.yaml": small },
    choices: ["+model=small"],
    gives: { lr: 1, model: { name: "small", width: 1 } },
  },
];

for (const { does, files, choices = [], gives } of cases) {
  Deno.test(`compose() ${does}`, () => {
    const faults: string[] = [];
    assertEquals(compose(memoryFiles(files), "train", choices.map(parseOverride), faults), gives);
    assertEquals(faults, []);
  });
}

Deno.test("compose() names the nearest option and all of them, and keeps the list's own", () => {
  const files = memoryFiles({ "train.yaml": "defaults:\n  - model: small", "model/small.yaml": small });
  const faults: string[] = [];
  assertEquals(compose(files, "train", [parseOverride("model=smal")], faults), {
    model: { name: "small", width: 1 },
  });
  assertEquals(faults, [
    "Cannot use override model=smal as group model has no such option: did you mean model=small? " +
    "Options of model: small",
  ]);
});

Deno.test("compose() asks for + where the defaults list lacks the group", () => {
  const faults: string[] = [];
  compose(memoryFiles({ "train.yaml": "", "model/small.yaml": small }), "train", [
    parseOverride("model=small"),
  ], faults);
  assertEquals(faults, [
    "Cannot use override model=small as the defaults list has no model: write +model=small to add it",
  ]);
});

const broken: [does: string, files: Record<string, string>, message: string][] = [
  ["a root that is missing", {}, "Cannot find configuration file train.yaml"],
  ["YAML that does not parse", { "train.yaml": "a: [1" }, "Cannot read train.yaml: "],
  ["a key given twice", { "train.yaml": "a: 1\na: 2" }, "Map keys must be unique at line 2, column 1"],
  ["a list at the top", { "train.yaml": "- a" }, "its top must be a map of keys: current top is a list"],
  ["a defaults key that is no list", { "train.yaml": "defaults: model" }, "its defaults must be a list"],
  [
    "a defaults entry of two groups",
    { "train.yaml": "defaults: [{ a: x, b: y }]" },
    'Cannot use {"a":"x","b":"y"} in the defaults',
  ],
  [
    "a default that is not there",
    { "train.yaml": "defaults: [{ model: x }]", "model/y.yaml": "" },
    "Cannot use default model: x as group model has no such option",
  ],
  [
    "defaults below a group",
    { "train.yaml": "defaults: [{ m: x }]", "m/x.yaml": "defaults: [{ m: y }]" },
    "only a root has one",
  ],
  ["a __proto__ key", { "train.yaml": "a: { __proto__: { b: 1 } }" }, "Cannot use __proto__ as a key"],
];

for (const [does, files, message] of broken) {
  Deno.test(`compose() refuses ${does}`, () => {
    assertThrows(() => compose(memoryFiles(files), "train", [], []), ConfigError, message);
  });
}
