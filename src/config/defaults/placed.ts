/** An entry of a defaults list with its place in the tree of files: its group, file and package. */

import type { ConfigFile } from "../search_path.ts";
import type { DefaultsEntry } from "./entry.ts";

/** An entry together with the file whose list contains it. */
export interface Placed {
  readonly entry: DefaultsEntry;
  /** The option that applies: the entry's own, or the one that overrides it. */
  readonly option: DefaultsEntry["option"];
  /** Group and package of the file that contains the entry. */
  readonly baseGroup: string;
  readonly basePackage: string;
  /** The package line of the entry's own file, as an absolute package. */
  readonly header: string | undefined;
}

/** An entry in the list of `parent`; the root if there is none. */
export function place(entry: DefaultsEntry, parent?: Placed): Placed {
  return {
    entry,
    option: entry.option,
    baseGroup: parent === undefined ? "" : groupPath(parent),
    basePackage: parent === undefined ? "" : finalPackage(parent),
    header: undefined,
  };
}

/** `placed` with the package line of its file. */
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

/** The path of an entry's file: `db/engine/innodb`. */
export function filePath(placed: Placed): string {
  const group = groupPath(placed);
  const name = optionName(placed);
  return group === "" ? `${name}` : `${group}/${name}`;
}

/** The dotted key under which the file's values go; "" is the top. */
export function finalPackage(placed: Placed, byHeader = true): string {
  const { entry, basePackage, header } = placed;
  const own = entry.package ?? (byHeader ? header : undefined) ?? relativeGroup(entry).replaceAll("/", ".");
  const whole = [basePackage, own].filter((part) => part !== "").join(".");
  const global = whole.lastIndexOf("_global_");
  return global < 0 ? whole : whole.slice(global + "_global_".length + 1);
}

/** The key by which overrides refer to this entry: `db`, or `db@backup` if its package is not the default. */
export function overrideKey(placed: Placed): string {
  const group = groupPath(placed);
  const home = finalPackage(placed, false);
  return home === group.replaceAll("/", ".") ? group : `${group}@${home || "_global_"}`;
}

function relativeGroup({ kind, name }: DefaultsEntry): string {
  const bare = name.replace(/^\//, "");
  return kind === "group" ? bare : bare.split("/").slice(0, -1).join("/");
}
