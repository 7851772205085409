/**
 * Groups whose `name` chooses a kind may contain keys of another kind, such as the milestones of a schedule that
 * was replaced. Keys from the project's own files are removed; keys from the user are faults. A key that all kinds
 * have may still be meant for one: the learning rate in a model's file is one for the default optimiser.
 */

import * as z from "zod";
import type { Faults } from "./faults.ts";
import { listKeys, owners } from "./key_hints.ts";
import { chooserOf, kindOf, nameOf, type Schema } from "./schema_walk.ts";
import type { Writer } from "./search_path.ts";
import { isList, isMap, type MapNode, mapNode, type Node } from "./tree.ts";

/**
 * A tree without keys of other kinds, and such keys found in a saved run's configuration: `scheduler.gamma`.
 */
export interface OwnKeys {
  readonly root: Node;
  readonly keptByRun: readonly string[];
}

/** Removes keys of other kinds from the groups of `schema`, with a fault for each that the user wrote. */
export function withoutForeignKeys(
  schema: z.ZodObject,
  root: Node,
  writerOf: (origin: string) => Writer,
  faults: Faults,
): OwnKeys {
  const keptByRun: string[] = [];
  const groups = (isMap(root) ? [...root.value] : []).map(([group, map]): [string, Node] => {
    const union: Schema | undefined = schema.shape[group];
    if (union === undefined || !isMap(map)) return [group, map];
    const ofOthers = foreignKeys(union, map);
    const foreign = [...ofOthers, ...keysForDefault(union, map, writerOf, ofOthers)];
    for (const key of foreign) {
      const parts = leaves(map.value.get(key)!, [group, key]);
      const writtenBy = (writer: Writer) =>
        new Map(parts.filter(([, origin]) => writerOf(origin) === writer));
      for (const [path, origin] of writtenBy("user")) {
        faults.add(`Cannot use key ${path} because ${foreignCause(union, group, key, map)}`, origin);
      }
      if (writtenBy("run").size > 0) keptByRun.push(`${group}.${key}`);
    }
    return [group, mapNode([...map.value].filter(([key]) => !foreign.includes(key)), map.origin)];
  });
  return { root: { ...root, value: new Map(groups) }, keptByRun };
}

/** The keys of a map that belong to another kind. */
function foreignKeys(union: Schema, map: MapNode): string[] {
  const kind = chooserOf(union) === undefined ? undefined : kindOf(union, map);
  if (kind === undefined) return [];
  return [...map.value.keys()].filter((key) =>
    !Object.hasOwn(kind.shape, key) && owners(union, [], key).length > 0
  );
}

/**
 * The keys whose values our presets or a saved run mean for the kind that is replaced (`ofKind` in a key's metadata).
 * The file that chooses a kind may have them, unless it is a run's that kept keys of all kinds (`ofOthers`).
 */
function keysForDefault(
  union: Schema,
  map: MapNode,
  writerOf: (origin: string) => Writer,
  ofOthers: readonly string[],
): string[] {
  const chooser = chooserOf(union), kind = kindOf(union, map);
  if (chooser === undefined || kind === undefined || isDefaultKind(kind, chooser)) return [];
  const chosenIn = fileOf(map.value.get(chooser)!.origin);
  const isMeant = ({ origin }: Node) => {
    const writer = writerOf(origin);
    if (writer === "user") return true;
    return fileOf(origin) === chosenIn && (writer === "project" || ofOthers.length === 0);
  };
  return [...map.value].filter(([key, node]) => isOfKind(kind.shape[key]) && !isMeant(node))
    .map(([key]) => key);
}

/** True for the kind of a group that names none. */
function isDefaultKind(kind: z.ZodObject, chooser: string): boolean {
  return kind.shape[chooser] instanceof z.ZodDefault;
}

function isOfKind(key: z.core.$ZodType | undefined): boolean {
  return key !== undefined && z.globalRegistry.get(key)?.ofKind === true;
}

/** The file in an origin, without the line. */
function fileOf(origin: string): string {
  return origin.slice(0, origin.lastIndexOf(":"));
}

/** `scheduler.name is constant: give scheduler.name=step, or leave step_size out`, and the existing keys. */
function foreignCause(union: Schema, group: string, key: string, map: Node): string {
  const chooser = chooserOf(union)!, name = nameOf(kindOf(union, map)!, chooser);
  const others = owners(union, [group], key).join(" or ");
  return `${group}.${chooser} is ${name}: give ${others}, or leave ${key} out. ${
    listKeys(union, [group], map)
  }`;
}

/** The paths and origins of a value's parts; the elements of a list have the path of the list. */
function leaves(node: Node, path: readonly string[]): [path: string, origin: string][] {
  if (isMap(node) && node.value.size > 0) {
    return [...node.value].flatMap(([key, item]) => leaves(item, [...path, key]));
  }
  const items = isList(node) ? node.value.flatMap((item) => leaves(item, path)) : [];
  return items.length > 0 ? items : [[path.join("."), node.origin]];
}
