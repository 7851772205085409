/** Configuration: turns YAML files and command-line overrides into one checked and frozen `Config`. */

import { type KeyRow, keyRows } from "./describe_schema.ts";
import { Faults } from "./faults.ts";
import { formatYaml } from "./format.ts";
import type { HydraConfig } from "./hydra.ts";
import { keptForm, keptNode } from "./kept.ts";
import { readSaved, saveJson } from "./saved_before.ts";
import { composeConfig, type ConfigRequest, type ConfigWorld, load } from "./load.ts";
import type { Config } from "./config.ts";
import { configSchema } from "./schema/mod.ts";
import type { ConfigFiles } from "./search_path.ts";
import { nest, toNode } from "./tree.ts";

export type { DefaultsResult } from "./defaults/list.ts";
export { type KeyRow, keyRows, type KeyTable, keyTables } from "./describe_schema.ts";
export { isJob } from "./hydra.ts";
export { inspectConfig } from "./inspect.ts";
export { keptForm, resolveKept } from "./kept.ts";
export { type ConfigRequest, type ConfigWorld, load, type Loaded } from "./load.ts";
export { jobRequest, planSweep, readSweep, type SweepPlan } from "./plan_sweep.ts";
export type { Config, TransformStep } from "./config.ts";
export { configSchema } from "./schema/mod.ts";
export { mixingOptions, transformOptions } from "./schema/transforms.ts";
export { type ConfigFiles, type ConfigSource, SearchPath } from "./search_path.ts";
export { quotedValue } from "./sweep.ts";
export { memoryConfigFiles } from "./memory_files.ts";
export { pipelineSteps } from "./transform_steps.ts";

/** A world without environment variables or other folders, at the epoch: for tests and pages. */
const NOWHERE: ConfigWorld = {
  cwd: "",
  now: new Date(0),
  env: () => undefined,
  openConfigFolder: (path) => ({ name: path, read: () => undefined, options: () => [], groups: () => [] }),
};

/**
 * Loads the configuration from a root file in `files`, with `overrides` applied. Throws one ConfigError that
 * names every fault.
 *
 * @example A configuration of three keys
 * ```ts ignore
 * const config = loadConfig(files, ["model=resnet34", "trainer.max_epochs=2"]);
 * ```
 */
export function loadConfig(
  files: ConfigFiles,
  overrides: readonly string[] = [],
  { root = "train", world = NOWHERE }: { root?: string; world?: ConfigWorld } = {},
): Config {
  const request: ConfigRequest = { sources: [{ provider: "main", files }], root, overrides, task: "train" };
  return load(request, world).config;
}

/**
 * The keys with which a command line can continue. For groups whose name chooses a kind, they are the keys of
 * the kind chosen so far. Faults in the command line are ignored.
 */
export function keysToFollow(files: ConfigFiles, overrides: readonly string[]): KeyRow[] {
  const sources = [{ provider: "main", files }];
  const composed = composeConfig({ sources, root: "train", overrides, task: "train" }, NOWHERE, new Faults());
  return keyRows(configSchema, composed.root);
}

/** The part `hydra` as YAML. */
export function formatHydra(hydra: HydraConfig): string {
  return formatYaml(nest(["hydra"], keptNode(hydra)), { escaped: true });
}

/** Overrides as YAML, one per line. */
export function formatOverrides(overrides: readonly string[]): string {
  return formatYaml(toNode(overrides, ""));
}

/** `config` as YAML that reads back to the same configuration. What follows from the environment is kept as written. */
export function formatConfig(config: Config): string {
  return formatYaml(keptNode(config), { escaped: true });
}

/** `config` as JSON, as it is kept; {@link readConfigJson} reads it. */
export function formatConfigJson(config: Config): string {
  return saveJson(keptForm(config));
}

/** The configuration of a run as it is kept, from JSON of this version or an earlier one. Nothing is checked. */
export function readConfigJson(text: string): Config {
  return readSaved(text) as Config;
}
