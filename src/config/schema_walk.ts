/** Walks a zod schema along a key path, to know which keys there are and what they are near to. */

import * as z from "zod";
import { nearest } from "../base/nearest.ts";
import { type Value, valueAt } from "./values.ts";

/** `schema` without its defaults, nulls and preprocessing. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable || schema instanceof z.ZodOptional;
  if (schema instanceof z.ZodPipe) return bare(schema.def.out);
  return isWrapped ? bare(schema.def.innerType) : schema;
}

/** The object schemas that `value` may be of: one, or all members of a union that `value` does not decide. */
function objects(schema: z.core.$ZodType, value: Value | undefined): z.ZodObject[] {
  const node = bare(schema);
  if (node instanceof z.ZodObject) return [node];
  if (!(node instanceof z.ZodDiscriminatedUnion)) return [];
  const members = node.options.filter((option) => option instanceof z.ZodObject);
  const tag = valueAt(value, [node.def.discriminator]);
  const chosen = members.filter((member) => member.shape[node.def.discriminator].safeParse(tag).success);
  return chosen.length > 0 ? chosen : members;
}

/** The keys that a map of `schema` may have, or undefined if it is no map or takes any key. */
export function keysOf(schema: z.core.$ZodType, value?: Value): string[] | undefined {
  const members = objects(schema, value);
  if (members.length === 0) return undefined;
  return [...new Set(members.flatMap((member) => Object.keys(member.shape)))];
}

/** The schema of `key` below `schema`, or undefined if there is no such key. */
export function childOf(
  schema: z.core.$ZodType,
  key: PropertyKey,
  value?: Value,
): z.core.$ZodType | undefined {
  const node = bare(schema);
  if (node instanceof z.ZodArray) return node.element;
  if (node instanceof z.ZodTuple) return node.def.items[Number(key)];
  const member = objects(schema, value).find(({ shape }) => Object.hasOwn(shape, key));
  return member?.shape[key as string];
}

/** The schema at `path` below `schema`, where `values` decide unions. */
export function schemaAt(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  values?: Value,
): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>(
    (node, key, depth) => node && childOf(node, key, valueAt(values, path.slice(0, depth))),
    schema,
  );
}

/** True if `schema` takes null. */
export function takesNull(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodNullable) return true;
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? takesNull(schema.def.innerType)
    : false;
}

/** True if `schema` is a list, whose keys are positions. */
export function isList(schema: z.core.$ZodType): boolean {
  const node = bare(schema);
  return node instanceof z.ZodArray || node instanceof z.ZodTuple;
}

/** Every key below `schema`, as dotted paths. */
export function allKeys(schema: z.core.$ZodType, values?: Value, prefix = ""): string[] {
  return (keysOf(schema, values) ?? []).flatMap((key) => {
    const child = childOf(schema, key, values);
    const below = child ? allKeys(child, valueAt(values, [key]), `${prefix}${key}.`) : [];
    return [`${prefix}${key}`, ...below];
  });
}

/**
 * What to say of `path`, whose key at `depth` is not there: the nearest path that is, and all keys of the map
 * that was searched.
 */
export function hintForKey(
  root: z.core.$ZodType,
  path: readonly string[],
  depth: number,
  values?: Value,
): string {
  const parent = path.slice(0, depth), key = path[depth];
  const schema = schemaAt(root, parent, values);
  const keys = schema ? keysOf(schema, valueAt(values, parent)) ?? [] : [];
  const elsewhere = allKeys(root, values).filter((known) =>
    known.endsWith(`.${path.slice(depth).join(".")}`)
  );
  const sibling = nearest(key, keys);
  const corrected = sibling === undefined ? [] : [[...parent, sibling, ...path.slice(depth + 1)].join(".")];
  // Without a group a key is rather one that stands in a group; within one it is rather its neighbour.
  const [first, second] = depth === 0 ? [elsewhere, corrected] : [corrected, elsewhere];
  const near = first.length > 0 ? first : second;
  const question = near.length > 0 ? ` did you mean ${near.join(" or ")}?` : "";
  const place = depth > 0 ? `Keys of ${parent.join(".")}` : "Keys at the top";
  if (keys.length === 0) return `${question} ${parent.join(".")} takes no keys`;
  return `${question} ${place}: ${keys.join(", ")}`;
}
