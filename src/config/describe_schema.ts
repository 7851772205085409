/** Describes a schema in tables: each key with its type, default and one line of explanation, by kind. */

import * as z from "zod";
import { formatValue } from "./format.ts";
import {
  bare,
  childOf,
  chooserOf,
  keysOf,
  kindOf,
  kindsIn,
  nameOf,
  type Schema,
  takesNull,
} from "./schema_walk.ts";
import { defaultOf } from "./schema_defaults.ts";
import { childAt, type Data, type Node } from "./tree.ts";

/** One key of a schema. */
export interface KeyRow {
  /** `trainer.max_epochs`. */
  readonly key: string;
  /** `integer >= 1`, `debug | info`. */
  readonly type: string;
  /** In the form of an override; "" if the key is required. */
  readonly fallback: string;
  readonly help: string;
}

/** The keys that only one kind in a group has. */
export interface KindTable {
  /** The override that chooses it: `scheduler.name=step`. */
  readonly choice: string;
  readonly help: string;
  readonly rows: readonly KeyRow[];
}

/** Keys that exist regardless of the choices, and the keys of each kind, if there are any. */
export interface KeyTable {
  readonly rows: readonly KeyRow[];
  readonly kinds: readonly KindTable[];
}

/** The keys below `schema` that hold a value, with a table for each group whose name chooses a kind. */
export function keyTables(schema: z.ZodObject): KeyTable[] {
  return Object.entries(schema.shape).map(([key, child]) => {
    const chooser = chooserOf(child);
    return chooser === undefined ? { rows: rowsOf(key, child), kinds: [] } : kindTables(key, child, chooser);
  });
}

/** All keys below `schema` that hold a value; with `values`, only those of the chosen kinds. */
export function keyRows(schema: z.ZodObject, values?: Node): KeyRow[] {
  return Object.entries(schema.shape).flatMap(([key, child]) => {
    const chooser = chooserOf(child);
    if (chooser === undefined) return rowsOf(key, child);
    const { rows, kinds } = kindTables(key, child, chooser);
    const map = childAt(values, key), kind = map && kindOf(child, map);
    const chosen = kind && `${key}.${chooser}=${nameOf(kind, chooser)}`;
    return [
      ...rows,
      ...kinds.filter(({ choice }) => chosen === undefined || choice === chosen).flatMap(({ rows }) => rows),
    ];
  });
}

/** A group's table. A key is shared if all kinds have the same schema for it. */
function kindTables(group: string, union: Schema, chooser: string): KeyTable {
  const kinds = kindsIn(union), [first] = kinds;
  const isShared = (key: string) =>
    kinds.length > 1 && kinds.every(({ shape }) => shape[key] === first.shape[key]);
  const shared = Object.keys(first.shape).filter((key) => key !== chooser && isShared(key));
  const names = kinds.map((kind) => nameOf(kind, chooser));
  const fallback = kinds.map((kind) => defaultOf(kind.shape[chooser])).find((name) => name !== undefined);
  const chooserRow = {
    key: `${group}.${chooser}`,
    type: names.join(" | "),
    fallback: String(fallback ?? ""),
    help: helpOf(first.shape[chooser]),
  };
  return {
    rows: [chooserRow, ...shared.flatMap((key) => rowsOf(`${group}.${key}`, first.shape[key]))],
    kinds: kinds.map((kind, i) => ({
      choice: `${group}.${chooser}=${names[i]}`,
      help: helpOf(kind),
      rows: Object.keys(kind.shape).filter((key) => key !== chooser && !shared.includes(key))
        .flatMap((key) => rowsOf(`${group}.${key}`, kind.shape[key])),
    })),
  };
}

/** The row of a key, or the rows of a map's keys; lists are not descended into. */
function rowsOf(key: string, schema: Schema): KeyRow[] {
  const names = keysOf(schema) ?? [];
  const below = names.flatMap((name) => rowsOf(`${key}.${name}`, childOf(schema, name)!));
  if (names.length > 0 && !mayBeAbsent(schema)) return below;
  return [{ key, type: typeOf(schema), fallback: fallbackOf(schema), help: helpOf(schema) }, ...below];
}

/** True for a map that is there only if it is asked for, such as a callback. */
function mayBeAbsent(schema: Schema): boolean {
  return schema instanceof z.ZodOptional || takesNull(schema);
}

/** The values that a key accepts. */
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
  if (schema instanceof z.ZodCustom) return "1.0"; // a Float
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
  const value = defaultOf(schema);
  return value === undefined ? "" : formatValue(value as Data);
}

function helpOf(schema: Schema): string {
  return (schema as z.ZodType).description ?? "";
}
