/** The search path of configuration files: folders in order; the first that has a file wins. */

import { ConfigError } from "../base/errors.ts";
import { type DefaultsEntry, readDefaults } from "./defaults/entry.ts";
import { isList, isMap, type MapNode, mapNode, type Node, nodeAt } from "./tree.ts";
import { fromBefore } from "./saved_before.ts";
import { readYamlMap } from "./yaml_reader.ts";

/** A folder of configuration files. Paths are relative to it and omit `.yaml`. */
export interface ConfigFiles {
  /** How messages refer to the folder, such as "conf". */
  readonly name: string;
  /** The text of `train` or `model/resnet18`, or undefined if there is no such file. */
  read(path: string): string | undefined;
  /** The options of a group, sorted, such as "resnet18" of "model"; "" is the folder itself. */
  options(group: string): readonly string[];
  /** The groups within a group, sorted; "" is the folder itself. */
  groups(group: string): readonly string[];
}

/** A folder in the search path, and who added it: "main", "--config-dir" or "hydra.searchpath". */
export interface ConfigSource {
  readonly provider: string;
  readonly files: ConfigFiles;
}

/** Who wrote a value: this project (`conf/`), a run that saved its resolved configuration, or the user. */
export type Writer = "project" | "run" | "user";

/** The parts of a configuration file. */
export interface ConfigFile {
  /** `model/resnet18`. */
  readonly path: string;
  /** The file's name in messages: `conf/model/resnet18.yaml`. */
  readonly name: string;
  readonly writer: Writer;
  /** The package in its `# @package` line. */
  readonly package: string | undefined;
  readonly defaults: readonly DefaultsEntry[];
  /** Everything except the defaults list. */
  readonly values: MapNode;
}

/**
 * The folders of one composition; each file is read only once. A file with a `_target_` belongs to another
 * project: it stands for ours in that project's roots, but not in ours, which would mix two sets of defaults.
 */
export class SearchPath {
  readonly #files = new Map<string, ConfigFile | undefined>();
  readonly #isOurs: boolean;
  /** A line for each file of another project that a root of ours passed over. */
  readonly passed: string[] = [];

  /** `root` is the root file, without .yaml. */
  constructor(readonly sources: readonly ConfigSource[], root = "") {
    this.#isOurs = sources.find(({ files }) => files.read(root) !== undefined)?.provider === "main";
  }

  /** The first file with that path. @throws ConfigError if it cannot be read */
  load(path: string): ConfigFile | undefined {
    if (!this.#files.has(path)) this.#files.set(path, this.#read(path));
    return this.#files.get(path);
  }

  /** Who wrote a node's value, by its origin; an origin other than a file is the command line. */
  writerOf(origin: string): Writer {
    const name = origin.slice(0, origin.lastIndexOf(":"));
    return [...this.#files.values()].find((file) => file?.name === name)?.writer ?? "user";
  }

  /** True if a folder with that name contains files or folders. */
  isGroup(group: string): boolean {
    return isInside(group) &&
      this.sources.some(({ files }) => files.options(group).length > 0 || files.groups(group).length > 0);
  }

  /** The options of a group in all folders, sorted. */
  options(group: string): string[] {
    return [...new Set(this.sources.flatMap(({ files }) => files.options(group)))].sort();
  }

  /** Every group, sorted: `model`, `db/engine`. */
  groups(): string[] {
    const below = (group: string): string[] => {
      const names = new Set(this.sources.flatMap(({ files }) => files.groups(group)));
      return [...names].flatMap((name) => {
        const path = group === "" ? name : `${group}/${name}`;
        return [path, ...below(path)];
      });
    };
    return below("").filter((group) => this.options(group).length > 0).sort();
  }

  #isInMain(path: string): boolean {
    return this.sources.some(({ provider, files }) => provider === "main" && files.read(path) !== undefined);
  }

  #read(path: string): ConfigFile | undefined {
    if (!isInside(path)) return undefined;
    const bare = path.replace(/\.yaml$/, "");
    for (const source of this.sources) {
      const { files } = source;
      const text = files.read(bare);
      if (text === undefined) continue;
      const name = `${files.name}/${bare}.yaml`;
      const root = readYamlMap(text, name);
      if (this.#isOurs && source.provider !== "main" && hasTarget(root) && this.#isInMain(bare)) {
        this.passed.push(`${name} is written for another project: this root takes our own file instead`);
        continue;
      }
      const { defaults: list, rest } = split(root);
      return {
        path,
        name,
        writer: writer(source, bare),
        package: packageLine(text, name),
        defaults: readDefaults(list, name),
        values: isFromBefore(source, bare) ? fromBefore(rest) : rest,
      };
    }
    return undefined;
  }
}

/** True if a value has a `_target_`. */
function hasTarget(node: Node): boolean {
  if (isList(node)) return node.value.some(hasTarget);
  return isMap(node) && (node.value.has("_target_") || [...node.value.values()].some(hasTarget));
}

/** A `config.yaml` next to `hydra.yaml` and `overrides.yaml` is the saved configuration of a run. */
function writer({ provider, files }: ConfigSource, path: string): Writer {
  if (provider === "main") return "project";
  const isRun = path === "config" && ["hydra", "overrides"].every((name) => files.read(name) !== undefined);
  return isRun ? "run" : "user";
}

/** True for the configuration of a run whose hydra.yaml has no version. */
function isFromBefore(source: ConfigSource, path: string): boolean {
  if (writer(source, path) !== "run") return false;
  const name = `${source.files.name}/hydra.yaml`;
  return nodeAt(readYamlMap(source.files.read("hydra")!, name), ["hydra", "runtime", "version"]) ===
    undefined;
}

function split(root: MapNode) {
  const entries = [...root.value];
  const defaults = entries.find(([key]) => key === "defaults")?.[1];
  return { defaults, rest: mapNode(entries.filter(([key]) => key !== "defaults"), root.origin) };
}

/** False for a path that leads out of its folder. */
function isInside(path: string): boolean {
  return !path.startsWith("/") &&
    !path.split("/").some((part) => part === ".." || part === "." || part === "");
}

/** The text after `@package` in the leading comments. @throws ConfigError unless it is one name */
function packageLine(text: string, name: string): string | undefined {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !/^\s*(#|$)/.test(line));
  const header = lines.slice(0, end < 0 ? undefined : end).join("\n");
  const line = /^\s*#\s*@package(.*)$/m.exec(header);
  if (line === null) return undefined;
  const words = line[1].split(" ").filter((word) => word.trim() !== "");
  if (words.length === 1) return words[0].trim();
  throw new ConfigError(
    `Cannot use ${name} because its @package line must have one name: current line is ${line[0]}`,
  );
}
