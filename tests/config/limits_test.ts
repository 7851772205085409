/** Files and command lines that are made to break something: each is refused at once, with a typed error. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { Faults } from "../../src/config/faults.ts";
import { Resolver } from "../../src/config/interpolation/resolve.ts";
import { parseOverride } from "../../src/config/grammar/override.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { toData } from "../../src/config/tree.ts";
import { readYaml } from "../../src/config/yaml_reader.ts";
import { memoryFiles } from "./files.ts";

/** "At once", with room for a busy machine: what is meant are inputs that would take forever. */
const MOST_MS = 15_000;

function refuses(what: string, message: string, work: () => unknown) {
  Deno.test(`${what} is refused at once`, () => {
    const started = performance.now();
    assertThrows(work, ConfigError, message);
    const took = performance.now() - started;
    assert(took < MOST_MS, `took ${took.toFixed(0)} ms`);
  });
}

const yaml = (text: string) => () => readYaml(text, "conf/x.yaml");
const resolve = (text: string) => () => {
  const faults = new Faults();
  new Resolver(readYaml(text, "conf/x.yaml"), { env: () => undefined, now: new Date(0) }).all(faults);
  faults.throwIfAny();
};

const letters = [..."abcdefghij"];
const bomb = letters.map((name, i) => {
  const items = i === 0 ? Array(10).fill("lol") : Array(10).fill(`*${letters[i - 1]}`);
  return `${name}: &${name} [${items.join(", ")}]`;
}).join("\n");
const chain = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

refuses("a YAML bomb of aliases", "more than 20000 values", yaml(bomb));
refuses(
  "a YAML bomb of merged maps",
  "more than 20000 values",
  yaml(
    letters.map((name, i) =>
      `${name}: &${name}\n` +
      [0, 1, 2, 3, 4, 5, 6, 7].map((k) => `  k${k}: ` + (i === 0 ? "1" : `{<<: *${letters[i - 1]}}`)).join(
        "\n",
      )
    ).join("\n"),
  ),
);
refuses("an alias within its own anchor", "refers to a value that holds it", yaml("a: &x [*x]"));
refuses("an alias without an anchor", "has no anchor", yaml("a: *x"));
refuses("a line of 10 MB", "131072 are allowed", yaml(`a: ${"x".repeat(1e7)}`));
refuses("a list of 10 MB", "131072 are allowed", yaml(`a: [${"x,".repeat(5e6)}]`));
for (
  const [name, open] of [["lists", "["], ["dashes", "- "], ["maps", "{a: "], ["questions", "? "], [
    "keys",
    "a: ",
  ]]
) {
  refuses(`YAML that is 10,000 ${name} deep`, "nested more than 64 levels deep", yaml(open.repeat(10_000)));
}
refuses(
  "YAML that is indented 300 deep",
  "nested more than 64 levels deep",
  yaml(chain(300, (i) => `${" ".repeat(i)}a:`)),
);
refuses("YAML with 25,000 keys", "more than 20000 values", yaml(chain(25_000, (i) => `${i.toString(36)}:`)));
refuses("YAML of closing brackets", "Unexpected", yaml("]".repeat(100_000)));
refuses("a Python tag", "has no place in a configuration", yaml("a: !!python/object/apply:os.system ['ls']"));
refuses("an interpolation that leads to itself", "a -> b -> a", resolve("a: ${b}\nb: ${a}"));
refuses("a map within itself", "leads back to itself", resolve("a: {b: {c: '${a}'}}"));
refuses(
  "an interpolation 10,000 deep",
  "nested more than 64 levels deep",
  resolve(`a: ${"${a".repeat(10_000)}${"}".repeat(10_000)}`),
);
refuses(
  "2,000 interpolations in a row",
  "leads on for more than 64 steps",
  resolve(`a1999: 1\n${chain(1999, (i) => `a${i}: \${a${i + 1}}`)}`),
);
refuses(
  "text that doubles 60 times",
  "text of more than",
  resolve(`a0: xxxxxxxx\n${chain(60, (i) => `a${i + 1}: "\${a${i}}\${a${i}}"`)}`),
);
refuses(
  "a list that doubles 60 times",
  "more than 20000 values",
  resolve(`a0: [1]\n${chain(60, (i) => `a${i + 1}: ["\${a${i}}", "\${a${i}}"]`)}`),
);
refuses("an override of 10 MB", "too many", () => parseOverride(`a=${"x".repeat(1e7)}`));
for (const open of ["[", "{a:", "f(", "${a:"]) {
  refuses(
    `an override with ${open} 10,000 times`,
    "Cannot read override",
    () => parseOverride(`a=${open.repeat(10_000)}`),
  );
}
refuses(
  "files that name each other",
  "lead back to",
  () =>
    loadConfig(
      memoryFiles({
        "train.yaml": "defaults:\n  - a",
        "a.yaml": "defaults:\n  - b",
        "b.yaml": "defaults:\n  - a",
      }),
    ),
);

Deno.test("no file sets a prototype", () => {
  const data = toData(readYaml("__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}", "x"));
  assertEquals(Object.keys(data as object), ["__proto__", "constructor"]);
  assertEquals(Object.getPrototypeOf(data), Object.prototype);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

for (
  const override of [
    "+__proto__.polluted=1",
    "++data.__proto__={polluted:1}",
    "++loss.constructor.prototype.polluted=1",
    "+data.sampler.weights={__proto__:{polluted:1}}",
  ]
) {
  Deno.test(`${override} is refused`, () => {
    const files = memoryFiles({ "train.yaml": "data: {sampler: {weights: {}}}\nloss: {}" });
    assertThrows(
      () => loadConfig(files, [override]),
      ConfigError,
      override.includes("constructor") ? "constructor" : "__proto__",
    );
    assertEquals(({} as Record<string, unknown>).polluted, undefined);
  });
}
