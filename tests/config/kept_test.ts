/** Values of the environment are used, and their expressions are what is kept. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { type ConfigWorld, formatConfig, formatHydra, keptForm, load } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { memoryFiles } from "./files.ts";
import { quietWorld } from "./world.ts";

const main = { provider: "main", files: denoConfigFiles() };
const SECRET = "s3cr{e}t, 'and' ${more}";

function worldOf(env: Readonly<Record<string, string>>): ConfigWorld {
  return { ...quietWorld, env: (name) => env[name] };
}

function loadWith(overrides: readonly string[], env: Readonly<Record<string, string>>) {
  return load({ sources: [main], root: "train", overrides, task: "train" }, worldOf(env));
}

/** What a run's .hydra/config.yaml gives when it is loaded again. */
function again(text: string, env: Readonly<Record<string, string>>) {
  const files = memoryFiles({ "config.yaml": text, "hydra.yaml": "", "overrides.yaml": "" }, "run");
  const sources = [{ provider: "--config-dir", files }, main];
  return load({ sources, root: "config", overrides: [], task: "train" }, worldOf(env)).config;
}

/** Each way to write a value of the environment: the override, what is kept, and the value for "v". */
const cases: [name: string, overrides: string[], kept: string, value: unknown][] = [
  ["a variable", ["logging.wandb.name=${oc.env:V}"], "${oc.env:V}", SECRET],
  [
    "a variable within text",
    ["logging.wandb.name=a-${oc.env:V}-\\${b}"],
    "a-${oc.env:V}-\\${b}",
    `a-${SECRET}-\${b}`,
  ],
  ["a default", ["logging.wandb.name=${oc.env:NONE,none}"], "${oc.env:NONE,none}", "none"],
  [
    "a default of the environment",
    ["logging.wandb.name=${oc.env:NONE,${oc.env:V}}"],
    "${oc.env:NONE,${oc.env:V}}",
    SECRET,
  ],
  [
    "another key",
    ["logging.wandb.name=${logging.wandb.project}/${seed}", "logging.wandb.project=${oc.env:V}"],
    "${oc.env:V}/42",
    `${SECRET}/42`,
  ],
  [
    "a chain of keys, relative and through Hydra",
    [
      "logging.wandb.name=${.group}",
      "logging.wandb.group=${hydra:run.dir}",
      "hydra.run.dir=runs/${oc.env:V}",
    ],
    "runs/${oc.env:V}",
    `runs/${SECRET}`,
  ],
  [
    "a decoded variable",
    ["logging.wandb.name=${oc.decode:${oc.env:TEXT}}"],
    "${oc.decode:${oc.env:TEXT}}",
    "text",
  ],
  [
    "a path of keys from the environment",
    ["logging.wandb.name=${logging.wandb.${oc.env:KEY}}"],
    "${logging.wandb.${oc.env:KEY}}",
    "classifier-training",
  ],
  [
    "a selected key",
    ["logging.wandb.name=${oc.select:${oc.env:PATH_OF_KEYS}}"],
    "${oc.select:${oc.env:PATH_OF_KEYS}}",
    "train",
  ],
];
const env = { V: SECRET, TEXT: "text", KEY: "project", PATH_OF_KEYS: "experiment" };

for (const [name, overrides, kept, value] of cases) {
  Deno.test(`${name} is used resolved and kept as an expression`, () => {
    const { config, hydra } = loadWith(["logging=wandb", ...overrides], env);
    assertEquals(config.logging.wandb?.name as unknown, value);
    const text = formatConfig(config), all = text + formatHydra(hydra) + JSON.stringify(keptForm(config));
    assert(!all.includes(SECRET) && !all.includes(JSON.stringify(SECRET).slice(1, -1)), all);
    assertEquals(keptForm(config).logging.wandb?.name, kept);
    assertEquals(again(text, env).logging.wandb?.name as unknown, value);
    assertEquals(formatConfig(again(text, env)), text);
    if (!kept.includes("NONE")) {
      assertThrows(() => again(text, {}), ConfigError, "the environment has no");
    }
  });
}

Deno.test("values that are no text, lists and maps follow from the environment too", () => {
  const overrides = [
    "logging=wandb",
    "logging.wandb.tags=[a, '${oc.env:TAG}']",
    "data.sampler.weights=${oc.decode:${oc.env:WEIGHTS}}",
    "seed=${oc.decode:${oc.env:SEED}}",
  ];
  const values = { TAG: "x", WEIGHTS: "{a: 2}", SEED: "7" };
  const { config } = loadWith(overrides, values);
  assertEquals([config.seed, config.logging.wandb?.tags], [7, ["a", "x"]]);
  const text = formatConfig(config), repeated = again(text, { ...values, SEED: "8" });
  assertEquals(repeated.data.sampler.weights, { a: 2 });
  assertEquals([repeated.seed, repeated.logging.wandb?.tags], [8, ["a", "x"]]);
  assertStringIncludes(text, "seed: ${oc.decode:${oc.env:SEED}}");
});

Deno.test("options that the bridge renames and moves keep their expressions", () => {
  const folder = new URL("../fixtures/config/original", import.meta.url).pathname;
  const theirs = { provider: "--config-dir", files: denoConfigFiles(folder, "theirs") };
  const overrides = ["data.data_root=x", "model.learning_rate=${oc.decode:${oc.env:LR}}"];
  const request = { sources: [theirs, main], root: "train_jersey_ocr_resnet18", overrides, task: "train" };
  const { config } = load(request, worldOf({ LR: "0.5", RUN_NOTES: SECRET }));
  assertEquals([config.optimizer.lr, config.logging.wandb?.notes], [0.5, SECRET]);
  const kept = keptForm(config);
  assertEquals<unknown>([kept.optimizer.lr, kept.logging.wandb?.notes], [
    "${oc.decode:${oc.env:LR}}",
    "${oc.env:RUN_NOTES,}",
  ]);
});

Deno.test("no message has a value of the environment", () => {
  const wrong = ["logging=wandb", "logging.wandb.offline=${oc.env:V}", "seed=${oc.env:V}"];
  const { message } = assertThrows(() => loadWith(wrong, env), ConfigError);
  assert(!message.includes("s3cr"), message);
  assertStringIncludes(message, "Cannot use seed=${oc.env:V} because it must be an integer");
});

Deno.test("a copy of a configuration keeps its expressions", () => {
  const { config } = loadWith(["logging=wandb", "logging.wandb.name=${oc.env:V}"], env);
  const copy = { ...config, trainer: { ...config.trainer, max_epochs: 1 } };
  assertEquals(keptForm(copy).logging.wandb?.name, "${oc.env:V}");
  assertEquals(keptForm({ ...copy, logging: {} }).logging, {});
});
