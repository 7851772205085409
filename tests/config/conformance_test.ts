/** What Hydra itself made of some hundred small configurations: tests/config/make_cases.py. */

import { assert, assertEquals } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { compose } from "../../src/config/compose.ts";
import { Faults } from "../../src/config/faults.ts";
import { Resolver } from "../../src/config/interpolation/resolve.ts";
import { SearchPath } from "../../src/config/search_path.ts";
import { parseOverride } from "../../src/config/grammar/override.ts";
import { expandSweep } from "../../src/config/sweep.ts";
import { type Data, mapNode, merge, type Node, toData, toNode } from "../../src/config/tree.ts";
import { differences } from "./differences.ts";
import { memoryFiles } from "./files.ts";

interface Outcome {
  readonly config?: Data;
  readonly jobs?: readonly (readonly string[])[];
  readonly error?: string;
}

interface Case extends Outcome {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly root?: string;
  readonly sweep?: boolean;
}

const cases: Case[] = JSON.parse(
  Deno.readTextFileSync(new URL("../fixtures/config/conformance.json", import.meta.url)),
);
const environment: Record<string, string> = { WGRAD_CASE: "from-env", WGRAD_NUMBER: "12" };

/** What we make of a case: as plain data, jobs, or the message of a ConfigError. */
function outcome({ files, args, root = "config", sweep }: Case): Outcome {
  const search = new SearchPath([{ provider: "main", files: memoryFiles(files) }]);
  try {
    const overrides = args.map((text) => parseOverride(text));
    if (sweep) return { jobs: expandSweep(overrides, (group) => search.options(group)) };
    const faults = new Faults();
    const composed = compose(search, root, overrides, faults);
    faults.throwIfAny();
    const choices = toNode(composed.options, "");
    const hydra = toNode({ job: { num: 3, config_name: root } }, "");
    const whole = merge(
      mapNode([["hydra", merge(hydra, mapNode([["runtime", mapNode([["choices", choices]], "")]], ""))]], ""),
      composed.root,
    );
    const resolved = new Resolver(whole, { env: (name) => environment[name], now: new Date(0) }).all(faults);
    faults.throwIfAny();
    const app = new Map(resolved.value as ReadonlyMap<string, Node>);
    app.delete("hydra");
    return { config: json(toData(mapNode(app, ""))) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { error: error.message };
  }
}

/** JSON has no infinity and no NaN. */
function json(data: Data): Data {
  if (typeof data === "number" && !Number.isFinite(data)) {
    return { $number: Number.isNaN(data) ? "nan" : data > 0 ? "inf" : "-inf" };
  }
  if (Array.isArray(data)) return data.map(json);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, json(item)]));
}

for (const given of cases) {
  const { name } = given;
  const different = Object.hasOwn(differences, name) ? differences[name] : undefined;
  const note = different ? `, unlike Hydra: ${different.reason}` : "";
  Deno.test(`Hydra's case "${name}"${note}`, () => {
    const ours = outcome(given), expected: Difference = different ?? given;
    if (expected.error) return assert(ours.error, `No error, but ${JSON.stringify(ours)}`);
    assertEquals(ours, expected.jobs ? { jobs: expected.jobs } : { config: expected.config });
  });
}

type Difference = { error?: unknown; config?: Data; jobs?: readonly (readonly string[])[] };

Deno.test("every deliberate difference is one, and is of a case that there is", () => {
  for (const [name, different] of Object.entries(differences)) {
    const given = cases.find((one) => one.name === name);
    if (given === undefined) throw new Error(`There is no case "${name}"`);
    const same = different.error
      ? given.error !== undefined
      : JSON.stringify(different.config ?? different.jobs) === JSON.stringify(given.config ?? given.jobs);
    assert(!same, `Case "${name}" does not differ`);
  }
});

Deno.test("the suite has at least 120 cases", () => assert(cases.length >= 120));
