/** Hints for keys that a schema does not have: the most similar keys, and the existing ones. */

import type * as z from "zod";
import { nearest } from "../base/nearest.ts";
import { mixers } from "../data/mixing/mod.ts";
import { transforms } from "../data/transforms/mod.ts";
import { allKeys, chooserOf, keysOf, kindOf, kindsIn, nameOf, type Schema, schemaAt } from "./schema_walk.ts";
import { type Node, nodeAt } from "./tree.ts";

/** Keys that people look for, and why they do not exist. */
const NO_KEYS: Readonly<Record<string, string>> = {
  num_classes: "it follows from the data",
  mean: "it follows from the data, or from data.normalization",
  std: "it follows from the data, or from data.normalization",
  output_dir: "it is hydra.run.dir now",
};

/**
 * The hint for `path`, whose key at `depth` exists in no kind of its map: the most similar paths, and all
 * keys of the map that was searched.
 */
export function hintForKey(root: Schema, path: readonly string[], depth: number, values?: Node): string {
  const reason = Object.hasOwn(NO_KEYS, path[depth]) ? NO_KEYS[path[depth]] : otherList(path, depth);
  if (reason !== undefined) return ` ${reason}`;
  const parent = path.slice(0, depth);
  const schema = schemaAt(root, parent, values), map = nodeAt(values, parent);
  const keys = schema ? keysOf(schema, map) ?? [] : [];
  const rest = path.slice(depth + 1);
  const elsewhere = allKeys(root, values).filter((known) =>
    known.endsWith(`.${[path[depth], ...rest].join(".")}`)
  );
  const corrected = schema ? nearestBeside(schema, path.slice(0, depth + 1), rest, map) : [];
  // Without a group, a key probably belongs to some group; within one, it is probably misspelt.
  const [first, second] = depth === 0 ? [elsewhere, corrected] : [corrected, elsewhere];
  const near = (first.length > 0 ? first : second).slice(0, 3);
  const question = near.length > 0 ? ` did you mean ${near.join(" or ")}?` : "";
  if (keys.length === 0) return `${question} ${parent.join(".")} takes no keys`;
  return `${question} ${listKeys(schema!, parent, map)}`;
}

/** Where a step belongs that is in the wrong list of `transforms`. */
function otherList([group, list, , name, ...below]: readonly string[], depth: number): string | undefined {
  if (group !== "transforms" || depth !== 3 || below.length > 0) return undefined;
  if (list !== "batch" && Object.hasOwn(mixers, name)) {
    return `it mixes a batch: give transforms.batch=[${name}]`;
  }
  if (list === "batch" && Object.hasOwn(transforms, name)) {
    return "it is for single images: put it into transforms.train";
  }
  return undefined;
}

/**
 * The path with the most similar key in its map: from the chosen kind, or else from another, which is then
 * named.
 */
function nearestBeside(
  schema: Schema,
  path: readonly string[],
  rest: readonly string[],
  map: Node | undefined,
): string[] {
  const parent = path.slice(0, -1), key = path[path.length - 1];
  const own = nearest(key, keysOf(schema, map) ?? []);
  if (own !== undefined) return [[...parent, own, ...rest].join(".")];
  const other = nearest(key, keysOf(schema) ?? []);
  if (other === undefined) return [];
  return [`${[...parent, other, ...rest].join(".")} of ${owners(schema, parent, other).join(" or ")}`];
}

/** `Keys of scheduler with name=step: name, interval, step_size, gamma`. */
export function listKeys(schema: Schema, path: readonly string[], map: Node | undefined): string {
  const chooser = chooserOf(schema), kind = map && kindOf(schema, map);
  const kindName = chooser === undefined || !kind ? "" : ` with ${chooser}=${nameOf(kind, chooser)}`;
  const place = path.length > 0 ? `Keys of ${path.join(".")}${kindName}` : "Keys at the top";
  return `${place}: ${(keysOf(schema, map) ?? []).join(", ")}`;
}

/** The kinds of a map that have `key`, in the form of overrides: `scheduler.name=step`. */
export function owners(schema: Schema, path: readonly string[], key: string): string[] {
  const chooser = chooserOf(schema);
  if (chooser === undefined) return [];
  const have = ({ shape }: z.ZodObject) => Object.hasOwn(shape, key);
  return kindsIn(schema).filter(have).map((kind) =>
    `${[...path, chooser].join(".")}=${nameOf(kind, chooser)}`
  );
}
