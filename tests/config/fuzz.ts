/** Random texts through the parsers: each ends in a value or a typed error, fast, and reaches no prototype. */

import { assert, assertEquals } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { type Rng, rng } from "../../src/base/rng.ts";
import { compose, writtenKeysOnly } from "../../src/config/compose.ts";
import { Faults } from "../../src/config/faults.ts";
import { parseOverride } from "../../src/config/grammar/override.ts";
import { Resolver } from "../../src/config/interpolation/resolve.ts";
import { SearchPath } from "../../src/config/search_path.ts";
import { toData } from "../../src/config/tree.ts";
import { readYaml } from "../../src/config/yaml_reader.ts";
import { memoryFiles } from "./files.ts";

const MOST_MS = 1000;

/** Pieces that mean something to a parser, and some that mean nothing. */
const pieces = [
  ..." \t\n=+~@/.,:;[]{}()'\"\\$#&*!|>-?%`^<>0123456789aeEnx_é漢",
  "${",
  "}",
  "${a}",
  "${.b}",
  "${..c}",
  "${oc.env:X,1}",
  "${now:%Y}",
  "${hydra:a}",
  "???",
  "__proto__",
  "constructor",
  "prototype",
  "defaults",
  "_self_",
  "override ",
  "optional ",
  "@package",
  "# @package a\n",
  "null",
  "true",
  "yes",
  "1e3",
  "07",
  "1_0",
  "nan",
  "inf",
  "a",
  "b.c",
  "a/b",
  "- ",
  ": ",
  ":\n  ",
  "&x ",
  "*x",
  "<<: *x",
  "!!str ",
  "!!python/object ",
  "|\n",
  ">-\n",
  "---\n",
  "...",
  "'",
  '"',
  "\\,",
  "range(",
  "choice(1,2)",
  "[choice(1,2)]",
  "sort(b,a)",
  "range(3)",
  "tag(",
  "str(",
  ",sweep=",
  "shuffle(",
  "choice(",
  "glob(*",
  "int(",
  "sort(",
  "\r\n",
  "\u0000",
  "\ufeff",
  "😀",
];

const pick = (random: Rng) => pieces[random.integer(pieces.length)];
const words = (random: Rng) => Array.from({ length: 1 + random.integer(14) }, () => pick(random)).join("");
const valid = [
  "a: 1\nb: {c: [1, 2], d: ${a}}\n",
  "defaults:\n  - _self_\n  - x: one\nv: 1\n",
  "- a\n- b: c\n",
  "a: &x {v: 1}\nb: *x\n",
  "k: |\n  text\n",
  "a: '${b.${c}}'\nb: {d: 1}\nc: d\n",
];

/** A valid text with a few pieces put in, taken out or said twice. */
function mutated(text: string, random: Rng): string {
  let result = text;
  for (let i = random.integer(4); i >= 0; i--) {
    const at = random.integer(result.length + 1), end = Math.min(result.length, at + random.integer(4));
    result = result.slice(0, at) + (random.uniform() < 0.7 ? pick(random) : "") +
      result.slice(random.uniform() < 0.5 ? at : end);
  }
  return result;
}

function tryYaml(text: string): void {
  const faults = new Faults();
  const node = readYaml(text, "x.yaml");
  toData(new Resolver(node, { env: () => "e", now: new Date(0) }).all(faults));
}

function tryOverride(text: string): void {
  const search = new SearchPath([{
    provider: "main",
    files: memoryFiles({ "train.yaml": "a: 1\nb: {c: [1], d: x}" }),
  }]);
  const composed = compose(search, "train", [parseOverride(text)], new Faults(), writtenKeysOnly);
  toData(new Resolver(composed.root, { env: () => "e", now: new Date(0) }).all(new Faults()));
}

function tryFiles(text: string): void {
  const files = memoryFiles({ "train.yaml": text, "x/one.yaml": "w: 1", "a.yaml": "b: 2" });
  compose(new SearchPath([{ provider: "main", files }]), "train", [], new Faults());
}

const prefixes = ["a=", "b.c=", "+x=", "++b.", "~", "", "x@", "a/b="];
const kinds: [name: string, text: (random: Rng) => string, run: (text: string) => void][] = [
  ["override", (random) => prefixes[random.integer(prefixes.length)] + words(random), tryOverride],
  [
    "YAML",
    (random) => random.uniform() < 0.5 ? words(random) : mutated(valid[random.integer(valid.length)], random),
    tryYaml,
  ],
  ["configuration file", (random) => mutated(valid[random.integer(2)], random), tryFiles],
];

/** Parses `count` random texts. */
export function fuzzTexts(count: number, seed: number): void {
  const random = rng(seed, "fuzz");
  const prototype = Object.getOwnPropertyNames(Object.prototype).join();
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const [name, make, run] = kinds[i % 4 === 0 ? 1 : i % 4 === 1 ? 2 : 0];
    const text = make(random);
    /** Its time, in ms. */
    const timed = () => {
      const started = performance.now();
      try {
        run(text);
      } catch (error) {
        if (!(error instanceof ConfigError)) {
          throw new Error(`${name} ${JSON.stringify(text)} of input ${i} ends in ${error}`, { cause: error });
        }
        isRefused = true;
      }
      return performance.now() - started;
    };
    let isRefused = false;
    let took = timed();
    if (took >= MOST_MS) took = timed(); // what else held the machine up does not do so twice
    assert(took < MOST_MS, `${name} ${JSON.stringify(text)} took ${took} ms`);
    if (isRefused) refused++;
  }
  assertEquals(Object.getOwnPropertyNames(Object.prototype).join(), prototype);
  // Both ends are met: the pieces are not all nonsense, and not all sense.
  assert(refused > count / 10 && refused < count * 9 / 10, `${refused} were refused`);
}
