import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { formatValue, parseOverride } from "../../src/config/overrides.ts";
import type { Value } from "../../src/config/values.ts";

const values: [text: string, value: Value][] = [
  ["a=1", 1],
  ["a=-1.5", -1.5],
  ["a=5e-4", 5e-4],
  ["a=1_000", "1_000"],
  ["a=true", true],
  ["a=null", null],
  ["a=~", null],
  ["a=", ""],
  ["a=yes", "yes"],
  ["a=word", "word"],
  ['a="1"', "1"],
  ["a='it''s'", "it's"],
  ["a=b=c", "b=c"],
  ["a=x y", "x y"],
  ["a=key: value", "key: value"],
  ["a=- item", "- item"],
  ["a=C:\\images", "C:\\images"],
  ["a=../data/digits.zip", "../data/digits.zip"],
  ["a=one # two", "one # two"],
  ["a=*star", "*star"],
  ["a=&anchor", "&anchor"],
  ["a=!tag x", "!tag x"],
  ["a=[1, 2]", [1, 2]],
  ["a=[a,'b',3,null,[true]]", ["a", "b", 3, null, [true]]],
  ["a=[]", []],
  ["a={}", {}],
  ["a={b: 1, c: [2]}", { b: 1, c: [2] }],
  ["a={constructor: 1}", { constructor: 1 }],
];

for (const [text, value] of values) {
  Deno.test(`parseOverride() reads the value of ${text}`, () =>
    assertEquals(parseOverride(text).value, value));
}

Deno.test("parseOverride() splits the key at dots and marks what is added", () => {
  const { key, path, adds, raw } = parseOverride("+a.b_c.d-e=1=2");
  assertEquals({ key, path, adds, raw }, {
    key: "a.b_c.d-e",
    path: ["a", "b_c", "d-e"],
    adds: true,
    raw: "1=2",
  });
});

Deno.test("parseOverride() takes a group in a folder", () => {
  assertEquals(parseOverride("callbacks/extra=ema").path, ["callbacks/extra"]);
});

const faults: [text: string, message: string][] = [
  ["word", 'Cannot read override word as it has no "=": write key=value, +key=value or group=option'],
  ["--help", 'Cannot read override --help as it has no "=": write key=value, +key=value or group=option'],
  ["=1", "Cannot read override =1 as its key is not one: write key=value, +key=value or group=option"],
  [
    "a..b=1",
    "Cannot read override a..b=1 as its key is not one: write key=value, +key=value or group=option",
  ],
  ["~a=1", "Cannot read override ~a=1 as its key is not one: write key=value, +key=value or group=option"],
  ["a={b:1}", "Cannot read b:1 in a={b:1}: write a space after the colon, b: 1"],
  ["a={__proto__: 1}", "Cannot use __proto__ as a key: choose another name"],
  ["a=[{__proto__: 1}]", "Cannot use __proto__ as a key: choose another name"],
  ["a.__proto__.b=1", "Cannot use __proto__ as a key: choose another name"],
];

for (const [text, message] of faults) {
  Deno.test(`parseOverride() refuses ${text}`, () => {
    const error: ConfigError = assertThrows(() => parseOverride(text), ConfigError);
    assertEquals(error.message, message);
  });
}

Deno.test("parseOverride() names the override whose list does not end", () => {
  assertThrows(() => parseOverride("a=[1, 2"), ConfigError, "Cannot read the value of a=[1, 2: ");
});

Deno.test("parseOverride() leaves every prototype alone", () => {
  assertThrows(() => parseOverride("a={__proto__: {polluted: 1}}"), ConfigError);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("formatValue() quotes what would read as something else, and cuts what is long", () => {
  assertEquals([formatValue("word"), formatValue("1"), formatValue(1), formatValue([1, "a"])], [
    "word",
    '"1"',
    "1",
    '[1,"a"]',
  ]);
  assertEquals(formatValue("x".repeat(100)).length, 80);
});
