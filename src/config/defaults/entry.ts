/** Entries of a defaults list: `_self_`, `config`, `group: option`, `override /group@package: option`. */

import { ConfigError } from "../../base/errors.ts";
import { isList, isMap, type Node } from "../tree.ts";

/** One entry as written. */
export interface DefaultsEntry {
  /** This file itself, another file, or an option of a group. */
  readonly kind: "self" | "config" | "group";
  /** A group, or the path of a file; a leading slash makes it absolute. */
  readonly name: string;
  /** The part after the `@`; `_here_` is "". */
  readonly package: string | undefined;
  /** Only for groups: one option, several, or none. */
  readonly option: string | null | readonly string[];
  readonly optional: boolean;
  readonly override: boolean;
  readonly origin: string;
}

/** The entries in the list under a file's key `defaults`. @throws ConfigError that names the line */
export function readDefaults(list: Node | undefined, file: string): DefaultsEntry[] {
  if (list === undefined) return [];
  if (!isList(list)) {
    throw new ConfigError(`Cannot use ${file} because its defaults must be a list (${list.origin})`);
  }
  const entries = list.value.map(readEntry);
  if (entries.filter(({ kind }) => kind === "self").length > 1) {
    throw new ConfigError(`Cannot use ${file} because its defaults list _self_ twice (${list.origin})`);
  }
  return entries;
}

/** A `+group=option` from the command line, as an entry at the end of the root's list. */
export function appendedEntry(
  group: string,
  home: string | undefined,
  option: DefaultsEntry["option"],
  origin: string,
): DefaultsEntry {
  const entry = { kind: "group", name: group, option, optional: false, override: false, origin } as const;
  return { ...entry, package: home === "_here_" ? "" : home };
}

function readEntry(node: Node): DefaultsEntry {
  const plain = { option: null, optional: false, override: false, origin: node.origin };
  if (typeof node.value === "string") {
    if (node.value === "_self_") return { ...plain, kind: "self", name: "_self_", package: undefined };
    return { ...plain, kind: "config", ...splitPackage(node.value) };
  }
  const pairs = isMap(node) ? [...node.value] : [];
  if (pairs.length !== 1) throw unreadable(node);
  const [[key, value]] = pairs;
  const { name, ...keywords } = splitKeywords(key);
  const option = isList(value) ? value.value.map((item) => item.value) : value.value;
  const isText = Array.isArray(option) && option.every((item) => typeof item === "string");
  if (!(option === null || typeof option === "string" || isText) || name === "") throw unreadable(node);
  return { ...plain, kind: "group", ...splitPackage(name), ...keywords, option: option as string };
}

function unreadable({ origin }: Node): ConfigError {
  return new ConfigError(
    `Cannot use an entry of the defaults list: write "group: option", "group: [one, two]", "group: null" or ` +
      `"_self_" (${origin})`,
  );
}

function splitPackage(text: string): { name: string; package: string | undefined } {
  const at = text.indexOf("@");
  if (at < 0) return { name: text, package: undefined };
  const home = text.slice(at + 1);
  return { name: text.slice(0, at), package: home === "_here_" ? "" : home };
}

function splitKeywords(key: string): { name: string; optional: boolean; override: boolean } {
  const words = key.split(" ");
  const keywords = words.slice(0, -1);
  return {
    name: words.at(-1)!,
    optional: keywords.includes("optional"),
    override: keywords.includes("override"),
  };
}
