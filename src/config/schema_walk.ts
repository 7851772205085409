/** Follows key paths through a zod schema to find out which keys exist. */

import * as z from "zod";
import { childAt, type Node, nodeAt } from "./tree.ts";

/** Any zod schema. */
export type Schema = z.core.$ZodType;

/** `schema` without its defaults, nulls and preprocessing. */
export function bare(schema: Schema): Schema {
  if (schema instanceof z.ZodPipe) return bare(schema.def.out);
  if (schema instanceof z.ZodLazy) return bare(schema.def.getter());
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable || schema instanceof z.ZodOptional;
  return isWrapped ? bare(schema.def.innerType) : schema;
}

/** The kinds of a map: one, or the members of a union. None if `schema` is not a map with known keys. */
export function kindsIn(schema: Schema): z.ZodObject[] {
  const node = bare(schema);
  if (node instanceof z.ZodObject) return [node];
  if (!(node instanceof z.ZodDiscriminatedUnion)) return [];
  return node.options.filter((option) => option instanceof z.ZodObject);
}

/** The key that chooses among the kinds of a map, or undefined if there is only one kind. */
export function chooserOf(schema: Schema): string | undefined {
  const node = bare(schema);
  return node instanceof z.ZodDiscriminatedUnion ? node.def.discriminator : undefined;
}

/** The kind of a map that `value` chooses, or undefined if it names none. */
export function kindOf(schema: Schema, value: Node): z.ZodObject | undefined {
  const chooser = chooserOf(schema), kinds = kindsIn(schema);
  if (chooser === undefined) return kinds[0];
  const name = childAt(value, chooser)?.value;
  return kinds.find((kind) => kind.shape[chooser].safeParse(name).success);
}

/** The name that chooses a kind. */
export function nameOf(kind: z.ZodObject, chooser: string): string {
  const literal = bare(kind.shape[chooser]);
  return literal instanceof z.ZodLiteral ? String(literal.value) : "";
}

/** The possible kinds of a map: the one that `value` chooses, otherwise all. */
function possible(schema: Schema, value: Node | undefined): z.ZodObject[] {
  const chosen = value && kindOf(schema, value);
  return chosen ? [chosen] : kindsIn(schema);
}

/** The keys that a map of `schema` may have, or undefined if it is not a map or accepts any key. */
export function keysOf(schema: Schema, value?: Node): string[] | undefined {
  const kinds = possible(schema, value);
  if (kinds.length === 0) return undefined;
  return [...new Set(kinds.flatMap(({ shape }) => Object.keys(shape)))];
}

/** The schema of `key` below `schema`, or undefined if there is no such key. */
export function childOf(schema: Schema, key: PropertyKey, value?: Node): Schema | undefined {
  const node = bare(schema);
  if (node instanceof z.ZodArray) return node.element;
  if (node instanceof z.ZodTuple) return node.def.items[Number(key)];
  if (node instanceof z.ZodRecord) return node.valueType;
  if (node instanceof z.ZodUnknown) return node;
  return possible(schema, value).find(({ shape }) => Object.hasOwn(shape, key))?.shape[key as string];
}

/** The schema at `path` below `schema`. `values` determine the kinds; without them any kind is possible. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[], values?: Node): Schema | undefined {
  return path.reduce<Schema | undefined>(
    (node, key, depth) => node && childOf(node, key, nodeAt(values, path.slice(0, depth))),
    schema,
  );
}

/** True for a key where 1.0 is not 1. */
export function keepsFloats(schema: Schema | undefined): boolean {
  const node = schema && bare(schema);
  return node instanceof z.ZodUnion && node.options.some((option) => option instanceof z.ZodCustom);
}

/** True if `schema` accepts null. */
export function takesNull(schema: Schema): boolean {
  if (schema instanceof z.ZodNullable) return true;
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional;
  return isWrapped && takesNull(schema.def.innerType);
}

/** Every key below `schema`, as dotted paths. */
export function allKeys(schema: Schema, values?: Node, prefix = "", depth = 0): string[] {
  // Transforms can be nested: a few levels cover all names.
  if (depth > 6) return [];
  return (keysOf(schema, values) ?? []).flatMap((key) => {
    const child = childOf(schema, key, values);
    const below = child ? allKeys(child, childAt(values, key), `${prefix}${key}.`, depth + 1) : [];
    return [`${prefix}${key}`, ...below];
  });
}
