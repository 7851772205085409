/** Walks a zod schema along a key path, to know which keys there are and what they are near to. */

import * as z from "zod";
import { nearest } from "../base/nearest.ts";
import { childAt, type Node, nodeAt } from "./tree.ts";

/** Any schema of zod. */
export type Schema = z.core.$ZodType;

/** `schema` without its defaults, nulls and preprocessing. */
export function bare(schema: Schema): Schema {
  if (schema instanceof z.ZodPipe) return bare(schema.def.out);
  if (schema instanceof z.ZodLazy) return bare(schema.def.getter());
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable || schema instanceof z.ZodOptional;
  return isWrapped ? bare(schema.def.innerType) : schema;
}

/** The object schemas that `value` may be of: one, or all members of a union that `value` does not decide. */
function objects(schema: Schema, value: Node | undefined): z.ZodObject[] {
  const node = bare(schema);
  if (node instanceof z.ZodObject) return [node];
  if (!(node instanceof z.ZodDiscriminatedUnion)) return [];
  const members = node.options.filter((option) => option instanceof z.ZodObject);
  const tag = childAt(value, node.def.discriminator)?.value;
  const chosen = members.filter((member) => member.shape[node.def.discriminator].safeParse(tag).success);
  return chosen.length > 0 ? chosen : members;
}

/** The keys that a map of `schema` may have, or undefined if it is no map or takes any key. */
export function keysOf(schema: Schema, value?: Node): string[] | undefined {
  const members = objects(schema, value);
  if (members.length === 0) return undefined;
  return [...new Set(members.flatMap((member) => Object.keys(member.shape)))];
}

/** The schema of `key` below `schema`, or undefined if there is no such key. */
export function childOf(schema: Schema, key: PropertyKey, value?: Node): Schema | undefined {
  const node = bare(schema);
  if (node instanceof z.ZodArray) return node.element;
  if (node instanceof z.ZodTuple) return node.def.items[Number(key)];
  if (node instanceof z.ZodRecord) return node.valueType;
  if (node instanceof z.ZodUnknown) return node;
  const member = objects(schema, value).find(({ shape }) => Object.hasOwn(shape, key));
  return member?.shape[key as string];
}

/** The schema at `path` below `schema`, where `values` decide unions. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[], values?: Node): Schema | undefined {
  return path.reduce<Schema | undefined>(
    (node, key, depth) => node && childOf(node, key, nodeAt(values, path.slice(0, depth))),
    schema,
  );
}

/** True if `schema` takes null. */
export function takesNull(schema: Schema): boolean {
  if (schema instanceof z.ZodNullable) return true;
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional;
  return isWrapped && takesNull(schema.def.innerType);
}

/** Every key below `schema`, as dotted paths. */
export function allKeys(schema: Schema, values?: Node, prefix = "", depth = 0): string[] {
  // Transforms may hold transforms: a few levels tell all names.
  if (depth > 6) return [];
  return (keysOf(schema, values) ?? []).flatMap((key) => {
    const child = childOf(schema, key, values);
    const below = child ? allKeys(child, childAt(values, key), `${prefix}${key}.`, depth + 1) : [];
    return [`${prefix}${key}`, ...below];
  });
}

/** Keys that people look for, and why there is none. */
const NO_KEYS: Readonly<Record<string, string>> = {
  num_classes: "it follows from the data",
  mean: "it follows from the data, or from data.normalization",
  std: "it follows from the data, or from data.normalization",
  output_dir: "it is hydra.run.dir now",
};

/**
 * What to say of `path`, whose key at `depth` is not there: the nearest path that is, and all keys of the map
 * that was searched.
 */
export function hintForKey(root: Schema, path: readonly string[], depth: number, values?: Node): string {
  const reason = Object.hasOwn(NO_KEYS, path[depth]) ? NO_KEYS[path[depth]] : undefined;
  if (reason !== undefined) return ` ${reason}`;
  const parent = path.slice(0, depth), key = path[depth];
  const schema = schemaAt(root, parent, values);
  const keys = schema ? keysOf(schema, nodeAt(values, parent)) ?? [] : [];
  const elsewhere = allKeys(root, values).filter((known) =>
    known.endsWith(`.${path.slice(depth).join(".")}`)
  );
  const sibling = nearest(key, keys);
  const corrected = sibling === undefined ? [] : [[...parent, sibling, ...path.slice(depth + 1)].join(".")];
  // Without a group a key is rather one that stands in a group; within one it is rather its neighbour.
  const [first, second] = depth === 0 ? [elsewhere, corrected] : [corrected, elsewhere];
  const near = (first.length > 0 ? first : second).slice(0, 3);
  const question = near.length > 0 ? ` did you mean ${near.join(" or ")}?` : "";
  const place = depth > 0 ? `Keys of ${parent.join(".")}` : "Keys at the top";
  if (keys.length === 0) return `${question} ${parent.join(".")} takes no keys`;
  return `${question} ${place}: ${keys.join(", ")}`;
}
