/** Lays value overrides on a composed tree, and refuses keys that the schema does not have. */

import type * as z from "zod";
import { ConfigError } from "../base/errors.ts";
import type { Override } from "./overrides.ts";
import { childOf, hintForKey, isList, keysOf } from "./schema_walk.ts";
import { isMap, merge, nest, type Value, valueAt, type ValueMap } from "./values.ts";

/** `values` with one override applied; maps merge, anything else is replaced. */
export function applyOverride(schema: z.ZodType, values: ValueMap, override: Override): ValueMap {
  checkPath(schema, values, override);
  if (override.adds && valueAt(values, override.path) !== undefined) {
    const plain = override.text.slice(1);
    throw new ConfigError(`Cannot use override ${override.text} as that key is there: write ${plain}`);
  }
  return put(values, override.path, override.value) as ValueMap;
}

function checkPath(root: z.ZodType, values: ValueMap, { text, path }: Override): void {
  let schema: z.core.$ZodType = root;
  for (const [depth, key] of path.entries()) {
    const parent = path.slice(0, depth);
    const value = valueAt(values, parent);
    if (isList(schema)) checkPosition(text, parent, key, Array.isArray(value) ? value : []);
    const child = childOf(schema, key, value);
    if (child === undefined) {
      const hasKeys = keysOf(schema, value) !== undefined;
      const name = parent.join(".");
      const cause = hasKeys
        ? `there is no such key:${hintForKey(root, path, depth, values)}`
        : `${name} has no keys: give ${name}=VALUE`;
      throw new ConfigError(`Cannot use override ${text} as ${cause}`);
    }
    schema = child;
  }
}

function checkPosition(text: string, parent: readonly string[], key: string, list: readonly Value[]): void {
  if (/^\d+$/.test(key) && Number(key) < list.length) return;
  const range = list.length > 0 ? `positions 0 to ${list.length - 1}` : "no entries yet";
  const name = `list ${parent.join(".")}`;
  throw new ConfigError(`Cannot use override ${text} as ${name} has ${range}: current position is ${key}`);
}

function put(node: Value | undefined, path: readonly string[], value: Value): Value {
  if (path.length === 0) return merge(node, value);
  const [key, ...rest] = path;
  if (Array.isArray(node)) return node.with(Number(key), put(node[Number(key)], rest, value));
  return merge(isMap(node) ? node : {}, nest([key], put(valueAt(node, [key]), rest, value)));
}
