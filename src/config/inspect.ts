/** A configuration for inspection, in full or in part, even if it could not be run. */

import type { ConfigError } from "../base/errors.ts";
import { check } from "./check.ts";
import type { DefaultsResult } from "./defaults/list.ts";
import { Faults } from "./faults.ts";
import { formatYaml } from "./format.ts";
import { hydraSchema } from "./hydra.ts";
import { composeConfig, type ConfigRequest, type ConfigWorld, resolveConfig, withoutHydra } from "./load.ts";
import { configSchema } from "./schema/mod.ts";
import { defaultAt, withDefaults } from "./schema_defaults.ts";
import type { SearchPath } from "./search_path.ts";
import { mapNode, type Node, nodeAt, toNode } from "./tree.ts";

/** What to show of a configuration. */
export interface InspectOptions {
  readonly what: "job" | "hydra" | "all";
  /** Whether interpolations are resolved and defaults filled in. */
  readonly resolved: boolean;
  /** Limits the output to the part below a key: `trainer` or `data.synthetic`. */
  readonly part: string | undefined;
}

/** A configuration as YAML, and its faults. */
export interface Inspected {
  readonly text: string;
  readonly search: SearchPath;
  readonly files: readonly DefaultsResult[];
  readonly error: ConfigError | undefined;
}

/** Composes a configuration, and resolves it if requested. Required values may be missing. */
export function inspectConfig(
  request: ConfigRequest,
  world: ConfigWorld,
  options: InspectOptions,
): Inspected {
  const faults = new Faults();
  const composed = composeConfig(request, world, faults);
  const resolved = resolveConfig(composed, world, faults);
  const given = { missing: "allowed" } as const;
  const config = check(configSchema, resolved.app, faults, given);
  const hydra = check(hydraSchema, resolved.hydra, faults, { ...given, prefix: ["hydra"] });
  const { search, composition, root } = composed;
  const app = !options.resolved
    ? withoutHydra(root)
    : config
    ? toNode(config, "")
    : withDefaults(configSchema, resolved.app);
  const own = !options.resolved ? nodeAt(root, ["hydra"])! : hydra ? toNode(hydra, "") : resolved.hydra;
  const shown = part(options, app, own, faults);
  return {
    text: shown ? formatYaml(shown, { escaped: options.resolved }) : "",
    search,
    files: composition.files,
    error: faults.none ? undefined : faults.error(),
  };
}

function part({ what, part: key }: InspectOptions, app: Node, hydra: Node, faults: Faults): Node | undefined {
  const whole = what === "job" ? app : mapNode([
    ["hydra", hydra],
    ...(what === "all" ? app.value as ReadonlyMap<string, Node> : []),
  ], "");
  if (key === undefined) return whole;
  const path = key.split(".");
  const found = nodeAt(whole, path) ?? defaultAt(configSchema, path, app);
  if (found === undefined) faults.add(`Cannot show ${key} because there is no such key`);
  return found;
}
