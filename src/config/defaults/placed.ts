/** An entry of a defaults list at its place in the tree of files: its group, file and package. */

import type { ConfigFile } from "../search_path.ts";
import type { DefaultsEntry } from "./entry.ts";

/** An entry below the file whose list it is in. */
export interface Placed {
  readonly entry: DefaultsEntry;
  /** The option in force: the entry's own, or what overrides it. */
  readonly option: DefaultsEntry["option"];
  /** Group and package of the file that names it. */
  readonly baseGroup: string;
  readonly basePackage: string;
  /** The package line of its own file, as an absolute package. */
  readonly header: string | undefined;
}

/** An entry below `parent`; without one it is the root. */
export function place(entry: DefaultsEntry, parent?: Placed): Placed {
  return {
    entry,
    option: entry.option,
    baseGroup: parent === undefined ? "" : groupPath(parent),
    basePackage: parent === undefined ? "" : finalPackage(parent),
    header: undefined,
  };
}

/** `placed` with the package line of the file that it names. */
export function withHeader(placed: Placed, file: ConfigFile | undefined): Placed {
  const line = file?.package;
  if (line === undefined) return placed;
  const isAbsolute = line === "_global_" || line.startsWith("_global_.");
  return { ...placed, header: isAbsolute ? line : `_global_.${line}` };
}

/** The group that an entry belongs to: `db/engine`. */
export function groupPath({ entry, baseGroup }: Placed): string {
  const group = relativeGroup(entry);
  if (entry.name.startsWith("/") || baseGroup === "") return group;
  return group === "" ? baseGroup : `${baseGroup}/${group}`;
}

/** The option's name; null for none, undefined for a list of several. */
export function optionName({ entry, option }: Placed): string | null | undefined {
  if (entry.kind !== "group") return entry.name.split("/").at(-1)!;
  return Array.isArray(option) ? undefined : option as string | null;
}

/** The file that an entry names: `db/engine/innodb`. */
export function filePath(placed: Placed): string {
  const group = groupPath(placed);
  const name = optionName(placed);
  return group === "" ? `${name}` : `${group}/${name}`;
}

/** The keys below which the file's values go, as a path with dots; "" is the top. */
export function finalPackage(placed: Placed, byHeader = true): string {
  const { entry, basePackage, header } = placed;
  const own = entry.package ?? (byHeader ? header : undefined) ?? relativeGroup(entry).replaceAll("/", ".");
  const whole = [basePackage, own].filter((part) => part !== "").join(".");
  const global = whole.lastIndexOf("_global_");
  return global < 0 ? whole : whole.slice(global + "_global_".length + 1);
}

/** The override that means this entry: `db`, or `db@backup` where its package is not its own. */
export function overrideKey(placed: Placed): string {
  const group = groupPath(placed);
  const home = finalPackage(placed, false);
  return home === group.replaceAll("/", ".") ? group : `${group}@${home || "_global_"}`;
}

function relativeGroup({ kind, name }: DefaultsEntry): string {
  const bare = name.replace(/^\//, "");
  return kind === "group" ? bare : bare.split("/").slice(0, -1).join("/");
}
