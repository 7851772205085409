/**
 * The bridge knows every parameter of the classes that it knows, with the class's own default. The signatures are read
 * from the packages' source by make_signatures.py, so neither Python nor the packages are needed here.
 */

import { assertEquals } from "@std/assert";
import type { Fate } from "../../src/config/bridge/target.ts";
import type { Data } from "../../src/config/tree.ts";
import networks from "../fixtures/parity/networks.json" with { type: "json" };
import signatures from "../fixtures/config/signatures.json" with { type: "json" };
import { bridgePage, classesByName } from "./bridge_page.ts";

type Parameters = readonly (readonly [name: string, byDefault?: unknown])[];

/** Options that a class takes through `**kwargs`. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  "lightning.pytorch.loggers.WandbLogger": ["tags", "notes", "entity", "group", "job_type"],
  "torchvision.models.resnet18": ["num_classes"],
  "torchvision.models.resnet34": ["num_classes"],
  "torchvision.models.resnet50": ["num_classes"],
};

/** Defaults that the bridge writes otherwise. */
const SAME: Readonly<Record<string, Data>> = {
  "InterpolationMode.NEAREST": "nearest",
  "AutoAugmentPolicy.IMAGENET": "imagenet",
  "(DEFAULT_A, DEFAULT_B, DEFAULT_C)": [3.4445, -4.775, 2.0315],
  "EPS": 1e-7,
  "DEFAULT_NS_STEPS": 5,
};

const known = classesByName();
const packages = Object.entries(signatures) as unknown as [
  string,
  { version: string; targets: Record<string, Parameters> },
][];

/** What is wrong with an option's fate for a parameter. */
function fault(fate: Fate | undefined, [name, ...defaults]: readonly [string, unknown?]): string[] {
  if (fate === undefined) return [`${name} is missing`];
  if (fate.kind === "moot" || fate.kind === "switch") return [];
  if (fate.kind === "only") {
    const isAllowed = fate.values.some((value) =>
      JSON.stringify(value) === JSON.stringify(plain(defaults[0]))
    );
    return isAllowed ? [] : [`${name}: the default ${JSON.stringify(defaults[0])} is refused`];
  }
  const ours = fate.default === undefined ? [] : [fate.default];
  const isSame = JSON.stringify(ours) === JSON.stringify(defaults.map(plain));
  return isSame
    ? []
    : [`${name}: default ${JSON.stringify(ours)}, in the package ${JSON.stringify(defaults)}`];
}

function plain(value: unknown): unknown {
  const source = (value as { source?: string } | null)?.source;
  return source === undefined ? value : SAME[source] ?? source;
}

for (const [from, { version, targets }] of packages) {
  Deno.test(`the bridge knows every parameter of ${Object.keys(targets).length} classes of ${from} ${version}`, () => {
    const faults = Object.entries(targets).flatMap(([name, parameters]) => {
      const target = known.has(name)
        ? name
        : name.replace("torchvision.transforms.", "torchvision.transforms.v2.");
      const options = known.get(target)?.options;
      if (options === undefined) return [`${target} is not known`];
      const names: string[] = [...parameters.map(([one]) => one), ...FURTHER[name] ?? []];
      const unknown = Object.keys(options).filter((key) => !names.includes(key)).map((key) =>
        `${key} is not there`
      );
      return [...parameters.flatMap((one) => fault(options[one[0]], one)), ...unknown]
        .map((text) => `${target}: ${text}`);
    });
    assertEquals(faults, []);
  });
}

Deno.test("every class of the bridge that is not the original's is one of the packages", () => {
  const real = [
    ...packages.flatMap(([, { targets }]) => Object.keys(targets)),
    ...Object.keys(networks).map((name) => `torchvision.models.${name}`),
  ];
  const guessed = [...known.keys()].filter((name) =>
    !name.startsWith("classifier_training.") && !real.includes(name) &&
    !real.includes(name.replace(".v2.", "."))
  );
  assertEquals(guessed, []);
});

Deno.test("docs/bridge.md has the tables of the code: deno run -A tests/config/bridge_page.ts", async () => {
  const { wanted, written } = await bridgePage();
  assertEquals(written, wanted);
});
