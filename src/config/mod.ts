/** Configuration: YAML files and command-line overrides in, one checked and frozen `Config` out. */

import { stringify } from "yaml";
import { ConfigError } from "../base/errors.ts";
import { applyOverride } from "./apply.ts";
import { compose, type ConfigFiles } from "./compose.ts";
import { check } from "./faults.ts";
import { type Override, parseOverride } from "./overrides.ts";
import { type Config, configSchema } from "./schema.ts";
import { deepFreeze, type ValueMap } from "./values.ts";

export type { ConfigFiles } from "./compose.ts";
export { pipelineSteps } from "./build.ts";
export { type Config, configSchema } from "./schema.ts";

/** The root file that a command without `--config-name` starts from. */
const ROOT = "train";

/**
 * The configuration of a command line: `train.yaml` and its groups, with overrides on top. Throws one
 * ConfigError that names every fault.
 */
export function loadConfig(files: ConfigFiles, overrides: readonly string[] = []): Config {
  const faults: string[] = [];
  const parsed = overrides.flatMap((text) => attempt(() => [parseOverride(text)], faults) ?? []);
  const isChoice = ({ path, key }: Override) => path.length === 1 && files.list(key).length > 0;
  const composed = compose(files, ROOT, parsed.filter(isChoice), faults);
  const values = parsed.filter((override) => !isChoice(override)).reduce<ValueMap>(
    (tree, override) => attempt(() => applyOverride(configSchema, tree, override), faults) ?? tree,
    composed,
  );
  const config = check(configSchema, values, faults);
  if (config === undefined || faults.length > 0) throw new ConfigError(formatFaults(faults));
  return deepFreeze(config);
}

/** `config` as YAML that reads back to the same configuration. */
export function formatConfig(config: Config): string {
  return stringify(config, { lineWidth: 0 });
}

function attempt<T>(work: () => T, faults: string[]): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(error.message);
    return undefined;
  }
}

function formatFaults(faults: readonly string[]): string {
  if (faults.length === 1) return faults[0];
  const lines = faults.map((fault) => `\n- ${fault}`).join("");
  return `Cannot use this configuration as it has ${faults.length} faults:${lines}`;
}
