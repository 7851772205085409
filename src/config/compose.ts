/** Composes one tree of values from YAML files: a root with a defaults list, and one file a group. */

import { parseDocument } from "yaml";
import { ConfigError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Override } from "./overrides.ts";
import { isMap, merge, nest, refusePrototypes, type Value, type ValueMap } from "./values.ts";

/** Where configuration files come from; paths are relative to the configuration folder. */
export interface ConfigFiles {
  /** The text of `train.yaml` or `model/resnet18.yaml`, or undefined if there is no such file. */
  read(path: string): string | undefined;
  /** The options of a group, sorted, such as "resnet18" of "model"; none if there is no such group. */
  list(group: string): readonly string[];
}

/** One entry of a defaults list: this file itself, or the option of a group (null: none). */
type Default = { self: true } | { self: false; group: string; option: string | null };

interface ConfigFile {
  readonly defaults: readonly Default[];
  readonly values: ValueMap;
}

/**
 * The values of root file `root` and of all that its defaults list names, later entries over earlier ones.
 * `choices` replace the list's options (`+group=option` adds one); a choice that is not there adds to `faults`
 * and the list's own option stands.
 */
export function compose(
  files: ConfigFiles,
  root: string,
  choices: readonly Override[],
  faults: string[],
): ValueMap {
  const file = readFile(files, root, []);
  const defaults = choices.reduce((list, choice) => choose(files, list, choice, faults), file.defaults);
  return defaults.reduce<ValueMap>((values, entry) => {
    if (entry.self) return merge(values, file.values) as ValueMap;
    if (entry.option === null) return values;
    return merge(values, readOption(files, entry.group, entry.option)) as ValueMap;
  }, {});
}

/** The message for an option that its group does not have: the nearest one, and all of them. */
export function unknownOption(files: ConfigFiles, text: string, group: string, option: string): string {
  const options = files.list(group);
  const near = nearest(option, options);
  const hint = near === undefined ? "" : ` did you mean ${group}=${near}?`;
  return `Cannot use ${text} as group ${group} has no such option:${hint} ` +
    `Options of ${group}: ${options.join(", ")}`;
}

function choose(
  files: ConfigFiles,
  defaults: readonly Default[],
  choice: Override,
  faults: string[],
): readonly Default[] {
  const { key: group, raw, text } = choice;
  const position = defaults.findIndex((entry) => !entry.self && entry.group === group);
  const chosen: Default = { self: false, group, option: raw === "null" ? null : raw };
  if (chosen.option !== null && !files.list(group).includes(chosen.option)) {
    faults.push(unknownOption(files, `override ${text}`, group, raw));
    return defaults;
  }
  if (position < 0 && !choice.adds) {
    faults.push(`Cannot use override ${text} as the defaults list has no ${group}: write +${text} to add it`);
    return defaults;
  }
  return position < 0 ? [...defaults, chosen] : defaults.with(position, chosen);
}

function readOption(files: ConfigFiles, group: string, option: string): Value {
  if (!files.list(group).includes(option)) {
    throw new ConfigError(unknownOption(files, `default ${group}: ${option}`, group, option));
  }
  const file = readFile(files, `${group}/${option}`, group.split("/"));
  if (file.defaults.some((entry) => !entry.self)) {
    throw new ConfigError(`Cannot use the defaults list of ${group}/${option}.yaml: only a root has one`);
  }
  return file.values;
}

/** Reads `<name>.yaml`; its values go below `home`, or below what a `# @package` line says. */
function readFile(files: ConfigFiles, name: string, home: readonly string[]): ConfigFile {
  const path = `${name}.yaml`;
  const text = files.read(path);
  if (text === undefined) throw new ConfigError(`Cannot find configuration file ${path}`);
  const parsed = parseDocument(text);
  if (parsed.errors.length > 0) {
    throw new ConfigError(`Cannot read ${path}: ${parsed.errors[0].message.trim()}`);
  }
  const { defaults = ["_self_"], ...values } = checkMap(parsed.toJS({ maxAliasCount: 0 }) ?? {}, path);
  const entries = readDefaults(defaults, path);
  const isListed = entries.some((entry) => entry.self);
  return {
    // As in Hydra, a file that does not say where it stands comes after its defaults.
    defaults: isListed ? entries : [...entries, { self: true }],
    values: nest(packageOf(text, home), values) as ValueMap,
  };
}

function checkMap(value: unknown, path: string): ValueMap {
  if (!isMap(value)) {
    const type = Array.isArray(value) ? "list" : typeof value;
    throw new ConfigError(`Cannot use ${path} as its top must be a map of keys: current top is a ${type}`);
  }
  refusePrototypes(value);
  return value;
}

function readDefaults(list: Value, path: string): Default[] {
  if (!Array.isArray(list)) throw new ConfigError(`Cannot use ${path} as its defaults must be a list`);
  return list.map((entry) => {
    if (entry === "_self_") return { self: true };
    const pairs = isMap(entry) ? Object.entries(entry) : [];
    const [group, option] = pairs.length === 1 ? pairs[0] : [];
    if (group === undefined || !(option === null || typeof option === "string")) {
      const given = JSON.stringify(entry);
      throw new ConfigError(
        `Cannot use ${given} in the defaults of ${path}: write "group: option" or "_self_"`,
      );
    }
    return { self: false, group, option };
  });
}

/** The keys that a `# @package` line among the leading comments names: `_global_` for none, or `a.b`. */
function packageOf(text: string, home: readonly string[]): readonly string[] {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !/^\s*(#|$)/.test(line));
  const header = lines.slice(0, end < 0 ? undefined : end).join("\n");
  const name = /^#\s*@package\s+(\S+)/m.exec(header)?.[1] ?? "_group_";
  if (name === "_group_") return home;
  return name === "_global_" ? [] : name.split(".");
}
