/**
 * The tree that represents YAML files and overrides. Its maps are `Map`s, which keep the order of keys such
 * as "10" and "2", and in which no key can reach a prototype. Every node knows where it was written; nodes
 * are immutable.
 */

import { ConfigError } from "../base/errors.ts";
import { Float } from "../base/float.ts";

/** A value that has no parts. */
export type Scalar = null | boolean | number | string;

/** A value and its origin, such as `conf/train.yaml:12` or `override seed=1`. */
export interface Node {
  readonly value: Scalar | readonly Node[] | ReadonlyMap<string, Node>;
  readonly origin: string;
  /** True for a whole number that was written as a float: 1.0. */
  readonly isFloat?: boolean;
  /** The expression by which the value follows from the environment, to be written instead of it. */
  readonly kept?: string;
}

/** A map of keys. */
export interface MapNode extends Node {
  readonly value: ReadonlyMap<string, Node>;
}

/** A list. */
export interface ListNode extends Node {
  readonly value: readonly Node[];
}

/** Plain data, as in a checked configuration or a written file. */
export type Data = Scalar | Float | readonly Data[] | { readonly [key: string]: Data };

/** Hydra's marker for a required value. */
export const MISSING = "???";

/** True for a map. */
export function isMap(node: Node | undefined): node is MapNode {
  return node?.value instanceof Map;
}

/** True for a list. */
export function isList(node: Node | undefined): node is ListNode {
  return Array.isArray(node?.value);
}

/** A map node of `entries`. */
export function mapNode(entries: Iterable<readonly [string, Node]>, origin: string): MapNode {
  return { value: new Map(entries), origin };
}

/** Converts plain data or nested Maps to nodes with one origin. */
export function toNode(data: unknown, origin: string): Node {
  if (data instanceof Float) return { value: data.value, origin, isFloat: true };
  if (Array.isArray(data)) return { value: data.map((item) => toNode(item, origin)), origin };
  if (data instanceof Map) {
    return mapNode([...data].map(([key, item]) => [String(key), toNode(item, origin)]), origin);
  }
  if (typeof data === "object" && data !== null) {
    return toNode(new Map(Object.entries(data).filter(([, item]) => item !== undefined)), origin);
  }
  return { value: data as Scalar, origin };
}

/**
 * Converts a node to plain data. A key named `__proto__` becomes an own property. Numbers are plain, but for whole
 * floats where `isFloat` is true of their path.
 */
export function toData(
  node: Node,
  isFloat: (path: readonly string[]) => boolean = () => false,
  path: readonly string[] = [],
): Data {
  if (isList(node)) return node.value.map((item, i) => toData(item, isFloat, [...path, String(i)]));
  if (isMap(node)) {
    return Object.fromEntries(
      [...node.value].map(([key, item]) => [key, toData(item, isFloat, [...path, key])]),
    );
  }
  return node.isFloat && isFloat(path) ? new Float(node.value as number) : node.value as Scalar;
}

/**
 * Merges `over` into `under` like OmegaConf: maps are merged key by key, lists and scalars are replaced, and
 * "???" replaces nothing.
 * @throws ConfigError if a map meets an interpolation, whose value is not known yet
 */
export function merge(under: Node | undefined, over: Node): Node {
  if (under === undefined) return over;
  if (over.value === MISSING) return under;
  if (isMap(over) && typeof under.value === "string" && under.value.includes("${")) {
    throw new ConfigError(
      `Cannot add keys to ${under.value} (${under.origin}) because it is an interpolation: write them where it leads to ` +
        `(${over.origin})`,
    );
  }
  if (!isMap(over) || !isMap(under)) return over;
  const merged = new Map(under.value);
  for (const [key, node] of over.value) merged.set(key, merge(merged.get(key), node));
  return { value: merged, origin: under.origin };
}

/** Nests `node` under the keys of `path`. */
export function nest(path: readonly string[], node: Node): Node {
  return path.reduceRight((inner, key) => mapNode([[key, inner]], node.origin), node);
}

/** The child of a map by key, or of a list by position. */
export function childAt(node: Node | undefined, key: PropertyKey): Node | undefined {
  if (isMap(node)) return node.value.get(String(key));
  if (!isList(node)) return undefined;
  return /^-?\d+$/.test(String(key)) ? node.value.at(Number(key)) : undefined;
}

/** The node at `path` below `root`, or undefined. */
export function nodeAt(root: Node | undefined, path: readonly PropertyKey[]): Node | undefined {
  return path.reduce<Node | undefined>((node, key) => childAt(node, key), root);
}

/** `root` with the node at `path` replaced by the result of `change`; undefined removes the key. */
export function changeAt(
  root: Node | undefined,
  path: readonly string[],
  change: (node: Node | undefined) => Node | undefined,
  origin: string,
): Node | undefined {
  if (path.length === 0) return change(root);
  const [key, ...rest] = path;
  const changed = changeAt(childAt(root, key), rest, change, origin);
  if (isList(root)) {
    const position = Number(key) < 0 ? root.value.length + Number(key) : Number(key);
    const value = changed ? root.value.with(position, changed) : root.value.toSpliced(position, 1);
    return { ...root, value };
  }
  const entries = new Map(isMap(root) ? root.value : []);
  if (changed) entries.set(key, changed);
  else entries.delete(key);
  return { value: entries, origin: isMap(root) ? root.origin : origin };
}

/** The origin of the node at `path`, or of the nearest node above it. */
export function originAt(root: Node, path: readonly PropertyKey[]): string {
  let node = root;
  for (const key of path) {
    const child = childAt(node, key);
    if (child === undefined) break;
    node = child;
  }
  return node.origin;
}
