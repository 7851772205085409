/** What conformance_test.ts does not say of overrides: our own messages, and how values are written back. */

import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { formatValue } from "../../src/config/format.ts";
import { parseOverride } from "../../src/config/grammar/override.ts";
import { elementText, expandSweep } from "../../src/config/sweep.ts";

Deno.test("parseOverride() splits prefix, key and package", () => {
  const { kind, key, package: home, value } = parseOverride("++db/engine@a.b=x");
  assertEquals([kind, key, home, value], ["force", "db/engine", "a.b", "x"]);
});

const how = "write key=value, +key=value, ~key or group=option";
const faults: [text: string, message: string][] = [
  ["word", `Cannot read override word because it has no "=": ${how}`],
  ["--halp", `Cannot read override --halp because it is no known flag: ${how}`],
  ["=1", `Cannot read override =1 because its key is not one: ${how}`],
  ["a..b=1", `Cannot read override a..b=1 because its key is not one: ${how}`],
  [
    "a=b=c",
    'Cannot read override a=b=c because its value has "=" at character 2 where its end is expected; for text write \'a="b=c"\'',
  ],
  ["a=[1, 2", 'Cannot read override a=[1, 2 because its value has its end where "," or "]" is expected'],
  [
    "a={b}",
    'Cannot read override a={b} because its value has "}" at character 3 where ":" after a key is expected; for text write \'a="{b}"\'',
  ],
  [
    "a='x",
    `Cannot read override a='x because its value has ' at character 1, which has no end; for text write 'a="'\\''x"'`,
  ],
  [
    "a=~/x",
    "Cannot read override a=~/x because its value has ~ at character 1, which must be in quotes; for text write 'a=\"~/x\"'",
  ],
  [
    "a=${b",
    "Cannot read override a=${b because its value has $ at character 1, which has no end; for text write 'a=\"${b\"'",
  ],
  [
    "a=rnge(3)",
    "Cannot call rnge() because it is not known: did you mean range()? Functions: int, float, str, bool, choice, " +
    "range, interval, glob, sort, shuffle, tag",
  ],
  [
    "a=range(1,2,0)",
    "Cannot call range() because a range needs finite numbers and a step that is not 0: current step is 0",
  ],
  [
    "a=[choice(1,2)]",
    "Cannot read override a=[choice(1,2)] because its value has several values where one is expected",
  ],
  [
    "a={b:range(3)}",
    "Cannot read override a={b:range(3)} because its value has several values where one is expected",
  ],
  [
    "a=1,choice(2,3)",
    "Cannot read override a=1,choice(2,3) because its value has several values where one is expected",
  ],
  [
    "a=choice(2,3),1",
    "Cannot read override a=choice(2,3),1 because its value has several values where one is expected",
  ],
  ["a=shuffle(choice(1,2),3)", "Cannot call shuffle() because there is a sweep among its values"],
  ["a=int(choice(1,2),3)", "Cannot call int() because there is a sweep among its values"],
  ["a=tag(x)", "Cannot call tag() because its last value must be a sweep"],
  ["a=tag()", "Cannot call tag() because its last value must be a sweep"],
  ["a=int(x)", "Cannot call int() because x is not a number"],
  [
    "a=12345678901234567890",
    "Cannot read 12345678901234567890 because it has more digits than a number keeps: write it in quotes",
  ],
];

for (const [text, message] of faults) {
  Deno.test(`parseOverride() refuses ${text}`, () => {
    const error: ConfigError = assertThrows(() => parseOverride(text), ConfigError);
    assertEquals(error.message, message);
  });
}

Deno.test("elementText() writes what reads back to the same", () => {
  for (
    const text of [
      "x",
      "1",
      "'1'",
      "a b",
      "\\,\\=",
      "[1,'b c',{d:null}]",
      "'it\\'s'",
      '"q\\"\\\\"',
      "'\\\\\\''",
      "inf",
      "''",
      "'a\\\\'",
    ]
  ) {
    const { value } = parseOverride(`a=${text}`);
    assertEquals(parseOverride(`a=${elementText(value!)}`).value, value);
  }
});

Deno.test("expandSweep() shuffles in an order that is always the same", () => {
  const jobs = () => expandSweep([parseOverride("a=shuffle(range(8))")], () => []).flat();
  assertEquals(jobs(), jobs());
  assertEquals(jobs().toSorted(), Array.from({ length: 8 }, (_, i) => `a=${i}`));
  assertEquals(jobs().join() === jobs().toSorted().join(), false);
});

Deno.test("expandSweep() refuses what has no end", () => {
  assertThrows(
    () => expandSweep([parseOverride("a=range(0,1e9)")], () => []),
    ConfigError,
    "more than 10000 values",
  );
  const wide = ["a", "b", "c", "d"].map((key) => `${key}=range(100)`);
  assertThrows(
    () => expandSweep(wide.map((text) => parseOverride(text)), () => []),
    ConfigError,
    "100000000 jobs",
  );
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
