/**
 * Expands a root's defaults list into the files of a composition, in merge order, with Hydra's algorithm.
 * Lists are processed from the end, because an `override` must be known before the entry that it applies to.
 */

import { ConfigError } from "../../base/errors.ts";
import type { Faults } from "../faults.ts";
import { didYouMean } from "../faults.ts";
import { isHydraGroup } from "../hydra.ts";
import type { ConfigFile, SearchPath } from "../search_path.ts";
import type { Choices } from "./choices.ts";
import type { DefaultsEntry } from "./entry.ts";
import {
  filePath,
  finalPackage,
  groupPath,
  optionName,
  overrideKey,
  place,
  type Placed,
  withHeader,
} from "./placed.ts";

/** A file of the composition and where its values go. */
export interface DefaultsResult {
  readonly file: ConfigFile;
  /** The dotted key under which its values go; "" is the top. */
  readonly package: string;
  /** The file whose list contains it; undefined for the root. */
  readonly parent: string | undefined;
  /** The override that selects another option: `model`. */
  readonly key: string | undefined;
  readonly isSelf: boolean;
}

/** Maximum nesting depth of files; beyond it they must form a cycle. */
const MOST_NESTED = 32;
const SELF: DefaultsEntry = {
  kind: "self",
  name: "_self_",
  package: undefined,
  option: null,
  optional: false,
  override: false,
  origin: "",
};

/** The files of root `name`, in merge order. Faults that do not prevent continuing are collected. */
export function defaultsList(
  search: SearchPath,
  name: string,
  choices: Choices,
  faults: Faults,
): DefaultsResult[] {
  const walk = new Walk(search, choices, faults);
  const results = walk.root(name);
  choices.checkUsed(search);
  if (!faults.none) return results;
  const seen = new Set<string>();
  for (const { key, isSelf, file } of results) {
    if (isSelf || key === undefined) continue;
    if (seen.has(key)) faults.add(`Cannot use ${file.name} because the defaults list ${key} twice`);
    seen.add(key);
  }
  return results;
}

class Walk {
  constructor(
    readonly search: SearchPath,
    readonly choices: Choices,
    readonly faults: Faults,
  ) {}

  root(name: string): DefaultsResult[] {
    const entry: DefaultsEntry = { ...SELF, kind: "config", name };
    const file = this.search.load(name);
    if (file === undefined) throw noRoot(this.search, name);
    return this.#expand(withHeader(place(entry), file), file, undefined, true, []);
  }

  /** The files that an entry expands to, in order. */
  #visit(
    placed: Placed,
    parent: ConfigFile,
    trail: readonly string[],
    isInterpolated = false,
  ): DefaultsResult[] {
    if (this.choices.deletes(placed)) return [];
    const name = optionName(placed);
    if (name === "???") return this.#mustBeGiven(placed);
    const path = filePath(placed);
    const file = name === null
      ? undefined
      : this.faults.attempt(() => this.search.load(path), placed.entry.origin);
    if (name !== null && file === undefined) return this.#notFound(placed, parent, trail);
    this.choices.know(placed);
    if (file === undefined) return [];
    return this.#expand(withHeader(placed, file), file, parent, false, trail, isInterpolated);
  }

  #expand(
    placed: Placed,
    file: ConfigFile,
    parent: ConfigFile | undefined,
    isRoot: boolean,
    trail: readonly string[],
    isInterpolated = false,
  ): DefaultsResult[] {
    if (trail.includes(file.name) || trail.length > MOST_NESTED) {
      throw new ConfigError(
        `Cannot use the defaults of ${file.name} because they lead back to it: ${
          [...trail, file.name].join(" -> ")
        }`,
      );
    }
    const key = placed.entry.kind === "group" ? overrideKey(placed) : undefined;
    const self = { file, package: finalPackage(placed), parent: parent?.name, key, isSelf: false };
    const entries = this.#entries(file, isRoot);
    if (entries.length === 0) return [self];
    this.#takeOverrides(placed, entries, file, isInterpolated);
    const below = [...trail, file.name];
    // Interpolated options are resolved last, when all other options have been chosen.
    const deferred: (() => DefaultsResult[])[] = [];
    const results = entries.toReversed().map((entry): () => DefaultsResult[] => {
      if (entry.kind === "self") return () => [{ ...self, isSelf: true }];
      if (entry.override || this.#isForeign(place(entry, placed))) return () => [];
      const child = this.choices.apply(place(entry, placed));
      const visit = (one: Placed, late = isInterpolated) => this.#visit(one, file, below, late);
      if (Array.isArray(child.option)) {
        const several = optionsOf(child).toReversed().map((one) => visit(one));
        return () => several.toReversed().flat();
      }
      if (isInterpolation(child)) {
        const late = { done: [] as DefaultsResult[] };
        deferred.push(() => late.done = visit(this.#resolve(child), true));
        return () => late.done;
      }
      const done = visit(child);
      return () => done;
    });
    for (const resolve of deferred) resolve();
    return results.toReversed().flatMap((result) => result());
  }

  #entries(file: ConfigFile, isRoot: boolean): DefaultsEntry[] {
    const appended = isRoot ? this.choices.appended : [];
    const { defaults } = file;
    if (defaults.length === 0 && appended.length === 0) return [];
    const isListed = defaults.some(({ kind }) => kind === "self");
    return isListed ? [...defaults, ...appended] : [...defaults, SELF, ...appended];
  }

  #takeOverrides(
    placed: Placed,
    entries: readonly DefaultsEntry[],
    file: ConfigFile,
    isInterpolated: boolean,
  ): void {
    let last: DefaultsEntry | undefined;
    for (const entry of entries) {
      if (
        entry.kind === "self" || this.#isForeign(place(entry, placed)) ||
        this.choices.appended.includes(entry)
      ) continue;
      if (last && !entry.override) {
        this.faults.add(
          `Cannot use ${entry.name} behind "override ${last.name}" in the defaults of ${file.name}: overrides come last`,
          entry.origin,
        );
      }
      if (!entry.override) continue;
      last = entry;
      if (isInterpolated) {
        this.faults.add(
          `Cannot use "override ${entry.name}" in ${file.name} because that file is chosen by an interpolation`,
          entry.origin,
        );
      }
      this.choices.addFromFile(place(entry, placed), file.name);
    }
  }

  /** Records a choice for one of Hydra's own groups, such as launchers and loggers. */
  #isForeign(placed: Placed): boolean {
    const group = placed.entry.kind === "group" ? groupPath(placed) : "";
    if (!isHydraGroup(group) || this.search.isGroup(group)) return false;
    this.choices.ignored.add(group);
    return true;
  }

  #resolve(placed: Placed): Placed {
    const options = this.choices.options;
    const fill = (text: string) =>
      text.replace(/\$\{([^{}]*)\}/g, (whole, key: string) => {
        const option = options.get(key.replace(/^\.+/, ""));
        if (option !== undefined && option !== null) return option;
        const known = [...options.keys()];
        this.faults.add(
          `Cannot resolve ${whole} in the defaults list:${didYouMean(key, known)} Groups chosen so far: ` +
            known.join(", "),
          placed.entry.origin,
        );
        return "";
      });
    if (placed.entry.kind === "group") return { ...placed, option: fill(placed.option as string) };
    return { ...placed, entry: { ...placed.entry, name: fill(placed.entry.name) } };
  }

  #mustBeGiven(placed: Placed): [] {
    const key = overrideKey(placed), options = this.search.options(groupPath(placed)).join(", ");
    this.faults.add(`Cannot do without ${key}: give ${key}=OPTION. Options: ${options}`, placed.entry.origin);
    return [];
  }

  /**
   * Adds a fault for an option that does not exist, and continues with the list's own option if an override
   * chose it.
   */
  #notFound(placed: Placed, parent: ConfigFile, trail: readonly string[]): DefaultsResult[] {
    if (placed.entry.optional) return [];
    const { entry } = placed;
    if (entry.kind === "group") {
      const group = groupPath(placed), options = this.search.options(group);
      const key = overrideKey(placed), option = String(placed.option);
      const list = options.length > 0 ? ` Options of ${group}: ${options.join(", ")}` : "";
      const near = didYouMean(option, options, (name) => `${key}=${name}`);
      this.faults.add(
        `Cannot use ${key}=${option} because group ${group} has no such option:${near}${list}`,
        entry.origin,
      );
      const own = { ...placed, option: entry.option };
      if (typeof entry.option === "string" && entry.option !== placed.option) {
        return this.#visit(own, parent, trail);
      }
    } else {
      const name = filePath(placed);
      const near = didYouMean(name, this.search.options(groupPath(placed)));
      this.faults.add(
        `Cannot find ${name}.yaml:${near || " it is in no folder of the search path"}`,
        entry.origin,
      );
    }
    return [];
  }
}

/** One entry for each option in a list. */
function optionsOf(placed: Placed): Placed[] {
  const { entry } = placed;
  return (placed.option as readonly string[]).map((option) => ({
    ...placed,
    entry: { ...entry, kind: "config", name: `${entry.name}/${option}` },
  }));
}

function isInterpolation({ entry, option }: Placed): boolean {
  const text = entry.kind === "group" ? option : entry.name;
  return typeof text === "string" && text.includes("${");
}

function noRoot(search: SearchPath, name: string): ConfigError {
  const roots = search.options("");
  const places = search.sources.map(({ files }) => files.name).join(", ");
  return new ConfigError(
    `Cannot find ${name}.yaml in ${places}:${didYouMean(name, roots)} Roots: ${roots.join(", ")}`,
  );
}
