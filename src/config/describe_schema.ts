/** A schema as a table for people: each key with its type, default and one line of explanation. */

import * as z from "zod";
import { formatValue } from "./format.ts";
import { bare, childOf, keysOf, type Schema, takesNull } from "./schema_walk.ts";
import type { Data } from "./tree.ts";

/** One key of a schema. */
export interface KeyRow {
  /** `trainer.max_epochs`. */
  readonly key: string;
  /** `integer >= 1`, `auto | dawn`. */
  readonly type: string;
  /** As an override would have it; "" where the key must be given. */
  readonly fallback: string;
  readonly help: string;
}

/** The keys below `schema` that hold a value; a map of keys is walked, a list is not. */
export function keyRows(schema: Schema, prefix = ""): KeyRow[] {
  const union = bare(schema);
  return (keysOf(schema) ?? []).flatMap((name) => {
    const child = childOf(schema, name)!;
    const key = `${prefix}${name}`;
    if (union instanceof z.ZodDiscriminatedUnion && union.def.discriminator === name) {
      const type = union.options.map((member) => typeOf(childOf(member, name)!)).join(" | ");
      return [{ key, type, fallback: "", help: "Which of these it is" }];
    }
    const isMap = (keysOf(child)?.length ?? 0) > 0;
    if (isMap && !isPlugin(child)) return keyRows(child, `${key}.`);
    const row = { key, type: typeOf(child), fallback: fallbackOf(child), help: helpOf(child) };
    return isMap ? [row, ...keyRows(child, `${key}.`)] : [row];
  });
}

/** A map that may be left out as a whole, such as a callback. */
function isPlugin(schema: Schema): boolean {
  return schema instanceof z.ZodOptional;
}

/** What values a key takes. */
function typeOf(schema: Schema): string {
  const type = bareType(bare(schema));
  return takesNull(schema) ? `${type} | null` : type;
}

function bareType(schema: Schema): string {
  if (schema instanceof z.ZodEnum) return schema.options.join(" | ");
  if (schema instanceof z.ZodLiteral) return [...schema.values].join(" | ");
  if (schema instanceof z.ZodBoolean) return "true | false";
  if (schema instanceof z.ZodNumber) return numberType(schema);
  if (schema instanceof z.ZodString) return "text";
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.map(typeOf))].join(" | ");
  if (schema instanceof z.ZodTuple) return `[${schema.def.items.map(typeOf).join(", ")}]`;
  if (schema instanceof z.ZodArray) {
    return isObject(schema.element) ? "list" : `list of ${typeOf(schema.element)}`;
  }
  return isObject(schema) || schema instanceof z.ZodRecord ? "map" : "any";
}

function isObject(schema: Schema): boolean {
  const node = bare(schema);
  return node instanceof z.ZodObject || node instanceof z.ZodDiscriminatedUnion;
}

function numberType(schema: z.ZodNumber): string {
  const { minValue: least, maxValue: most } = schema;
  const name = schema.isInt ? "integer" : "number";
  const isBounded = (bound: number | null) =>
    bound !== null && Number.isFinite(bound) && Math.abs(bound) < 2 ** 53 - 1;
  const checks = (schema.def.checks ?? []).map((check) =>
    check._zod.def as { check: string; inclusive?: boolean }
  );
  const isOpen = (kind: string) => checks.some((check) => check.check === kind && check.inclusive === false);
  const low = isBounded(least) ? `${isOpen("greater_than") ? ">" : ">="} ${least}` : "";
  const high = isBounded(most) ? `${isOpen("less_than") ? "<" : "<="} ${most}` : "";
  return [name, [low, high].filter((bound) => bound !== "").join(", ")].filter((part) => part !== "").join(
    " ",
  );
}

function fallbackOf(schema: Schema): string {
  if (schema instanceof z.ZodOptional) return "";
  if (schema instanceof z.ZodDefault) return formatValue(schema.def.defaultValue as Data);
  return schema instanceof z.ZodLiteral ? [...schema.values].join() : "";
}

function helpOf(schema: Schema): string {
  return (schema as z.ZodType).description ?? "";
}
