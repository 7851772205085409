/** A limit of 1 is one batch and 1.0 is all: through files, overrides, interpolations and what runs save. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { Float } from "../../src/base/float.ts";
import { formatConfig, formatConfigJson, load, readConfigJson } from "../../src/config/mod.ts";
import { expandSweep } from "../../src/config/sweep.ts";
import { parseOverride } from "../../src/config/grammar/override.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { memoryFiles } from "./files.ts";
import { quietWorld } from "./world.ts";

const main = { provider: "main", files: denoConfigFiles() };
const KEYS = [
  "limit_train_batches",
  "limit_val_batches",
  "limit_test_batches",
  "val_check_interval",
] as const;
const world = { ...quietWorld, env: (name: string) => name === "LIMIT" ? "1.0" : undefined };

function trainer(overrides: readonly string[], files: Record<string, string> = {}, root = "train") {
  const sources = [{ provider: "--config-dir", files: memoryFiles(files, "mine") }, main];
  return load({ sources, root, overrides, task: "train" }, world).config;
}

const ALL = new Float(1);
const written: [text: string, value: number | Float][] = [
  ["1", 1],
  ["1.0", ALL],
  ["1.", ALL],
  ["1e0", ALL],
  ["0.5", 0.5],
  ["7", 7],
];

for (const key of KEYS) {
  Deno.test(`trainer.${key} tells 1 from 1.0, however it is given and wherever it is saved`, () => {
    assertEquals(trainer([]).trainer[key], ALL);
    for (const [text, value] of written) {
      const file = { "mine.yaml": `defaults:\n  - train\n  - _self_\ntrainer:\n  ${key}: ${text}\n` };
      const given = [trainer([`trainer.${key}=${text}`]), trainer([], file, "mine")];
      for (const config of given) {
        assertEquals(config.trainer[key], value, text);
        const saved = { "config.yaml": formatConfig(config), "overrides.yaml": "", "hydra.yaml": VERSION };
        assertEquals(trainer([], saved, "config").trainer, config.trainer);
        assertEquals(readConfigJson(formatConfigJson(config)).trainer, config.trainer);
      }
    }
    for (const text of ["1.5", "2.0", "-1"]) {
      assertThrows(() => trainer([`trainer.${key}=${text}`]), ConfigError, `trainer.${key}`);
    }
  });
}

const VERSION = 'hydra:\n  runtime:\n    version: "2"\n';

Deno.test("1.0 reaches a limit through other keys, the environment, functions and sweeps", () => {
  for (
    const text of [
      "${trainer.limit_test_batches}",
      "${oc.decode:${oc.env:LIMIT}}",
      "${oc.create:1.0}",
      "float(1)",
      "${oc.select:trainer.none,1.0}",
    ]
  ) assertEquals(trainer([`trainer.limit_train_batches=${text}`]).trainer.limit_train_batches, ALL, text);
  const jobs = expandSweep([parseOverride("trainer.limit_val_batches=1,1.0,int(1.0)")], () => []);
  assertEquals(jobs.map(([job]) => trainer([job]).trainer.limit_val_batches), [1, ALL, 1]);
  assertStringIncludes(formatConfig(trainer([])), "limit_val_batches: 1.0\n");
});

Deno.test("configurations that were saved before keep their meaning: 1 was all", () => {
  const before = formatConfig(trainer(["trainer.limit_val_batches=3"])).replaceAll(": 1.0\n", ": 1\n");
  const run = (hydra: string) =>
    trainer([], { "config.yaml": before, "overrides.yaml": "", "hydra.yaml": hydra }, "config").trainer;
  const old = run("hydra:\n  runtime: {cwd: x}\n"), now = run(VERSION);
  assertEquals([old.limit_train_batches, old.limit_val_batches, old.val_check_interval], [ALL, 3, ALL]);
  assertEquals([now.limit_train_batches, now.limit_val_batches, now.val_check_interval], [1, 3, 1]);
  const json = JSON.stringify({ trainer: { limit_train_batches: 1, limit_val_batches: 3 }, seed: 1 });
  assertEquals<unknown>(readConfigJson(json), {
    trainer: { limit_train_batches: ALL, limit_val_batches: 3 },
    seed: 1,
  });
});
