/** The values that a schema fills in for keys that are not given. */

import * as z from "zod";
import { childOf, keysOf, type Schema, schemaAt } from "./schema_walk.ts";
import { childAt, isMap, mapNode, type Node, toNode } from "./tree.ts";

const ORIGIN = "the defaults";

/** The default of a schema, or undefined if it has none. */
export function defaultOf(schema: Schema): unknown {
  return schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
}

/** The default of the key at `path`; `root` determines the kinds. */
export function defaultAt(schema: Schema, path: readonly string[], root: Node): Node | undefined {
  const key = schemaAt(schema, path, root);
  const value = key && defaultOf(key);
  return value === undefined ? undefined : toNode(value, ORIGIN);
}

/** `map` with defaults for all omitted keys, at every level. */
export function withDefaults(schema: Schema, map: Node): Node {
  if (!isMap(map)) return map;
  const entries = new Map(map.value);
  for (const key of keysOf(schema, map) ?? []) {
    const child = childOf(schema, key, map)!, given = childAt(map, key);
    const value = defaultOf(child);
    if (given !== undefined) entries.set(key, withDefaults(child, given));
    else if (value !== undefined) entries.set(key, toNode(value, ORIGIN));
    else if (child instanceof z.ZodPrefault) entries.set(key, withDefaults(child, mapNode([], ORIGIN)));
  }
  return { ...map, value: entries };
}
