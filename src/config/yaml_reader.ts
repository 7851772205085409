/**
 * Reads a YAML file into a tree whose nodes know their lines. Safe for untrusted files: size, depth and the
 * number of nodes that aliases expand to are limited, and tags create nothing but plain values.
 */

import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap as isYamlMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node as YamlNode,
  Parser,
  type Scalar as YamlScalar,
  type YAMLMap,
} from "yaml";
import { ConfigError } from "../base/errors.ts";
import { isFloatText, resolveScalar } from "./scalars.ts";
import { isMap, type MapNode, mapNode, type Node, type Scalar } from "./tree.ts";

/** Limits of a file; far more than a configuration needs. */
export const LIMITS = { characters: 1 << 17, depth: 64, nodes: 20_000 } as const;

/** All scalars remain text, for src/config/scalars.ts; duplicate keys are detected here, in linear time. */
const OPTIONS = { schema: "failsafe", version: "1.1", uniqueKeys: false } as const;

/** Tags that have no effect. */
const TAGS = ["!", ...["str", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`)];

/** The tree of a YAML text; an empty text is an empty map. `name` is used in origins and messages. */
export function readYaml(text: string, name: string): Node {
  if (text.length > LIMITS.characters) {
    throw new ConfigError(
      `Cannot read ${name} because it has ${text.length} characters: at most ${LIMITS.characters} are allowed`,
    );
  }
  const lines = new LineCounter();
  const tokens = tokensOf(text, name, lines);
  checkDepth(tokens, name);
  const trees = [...new Composer(OPTIONS).compose(tokens, true, text.length)];
  if (trees.length > 1) {
    throw new ConfigError(`Cannot read ${name} because it has ${trees.length} documents: keep one`);
  }
  const [tree] = trees;
  const [error] = tree.errors;
  if (error) throw fault(`${name}:${lines.linePos(error.pos[0]).line}`, error.message);
  return new Reader(name, tree, lines).read();
}

/** Like `readYaml`, but the top level must be a map. */
export function readYamlMap(text: string, name: string): MapNode {
  const root = readYaml(text, name);
  if (root.value === null) return mapNode([], `${name}:1`);
  if (isMap(root)) return root;
  const type = Array.isArray(root.value) ? "list" : typeof root.value;
  throw new ConfigError(`Cannot use ${name} because its top must be a map of keys: current top is a ${type}`);
}

/** The text's tokens up to the first error: further errors are useless and take long to find. */
function tokensOf(text: string, name: string, lines: LineCounter): CST.Token[] {
  const tokens: CST.Token[] = [];
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    if (token.type === "error") {
      throw fault(`${name}:${lines.linePos(token.offset).line}`, token.message);
    }
    tokens.push(token);
  }
  return tokens;
}

/** Checks the depth without recursion, so that deeply nested text cannot overflow the stack. */
function checkDepth(tokens: readonly CST.Token[], name: string): void {
  const open: [token: unknown, depth: number][] = tokens.map((token) => [token, 0]);
  for (let top = open.pop(); top; top = open.pop()) {
    const [token, depth] = top;
    if (depth > LIMITS.depth) {
      throw new ConfigError(`Cannot read ${name} because it is nested more than ${LIMITS.depth} levels deep`);
    }
    if (typeof token !== "object" || token === null) continue;
    const { items, value, key } = token as { items?: unknown[]; value?: unknown; key?: unknown };
    for (const item of items ?? []) open.push([item, depth + 1]);
    open.push([value, depth], [key, depth]);
  }
}

function fault(origin: string, cause: string): ConfigError {
  return new ConfigError(`Cannot read ${origin}: ${cause}`);
}

/** Converts a parsed document to a tree. */
class Reader {
  #nodes = 0;
  /** Anchors whose nodes are being read: an alias to one of them is a cycle. */
  readonly #open = new Set<YamlNode>();

  constructor(
    readonly name: string,
    readonly tree: Document.Parsed,
    readonly lines: LineCounter,
  ) {}

  read(): Node {
    return this.#node(this.tree.contents, 1);
  }

  #node(node: YamlNode | null | undefined, line: number): Node {
    const start = node?.range?.[0];
    const at = start === undefined ? line : this.lines.linePos(start).line;
    const origin = `${this.name}:${at}`;
    if (++this.#nodes > LIMITS.nodes) {
      throw fault(origin, `it has more than ${LIMITS.nodes} values, aliases unfolded`);
    }
    if (!node) return { value: null, origin };
    if (isAlias(node)) return this.#alias(node.source, node.resolve(this.tree), origin, at);
    this.#open.add(node);
    const value = this.#value(node, origin, at);
    this.#open.delete(node);
    const isFloat = typeof value === "number" && Number.isSafeInteger(value) && isScalar(node) &&
      isFloatText(String(node.value));
    return isFloat ? { value, origin, isFloat } : { value, origin };
  }

  #value(node: YamlNode, origin: string, line: number): Node["value"] {
    if (node.tag !== undefined && !TAGS.includes(node.tag)) {
      throw fault(origin, `tag ${node.tag} has no place in a configuration: leave it out`);
    }
    if (isSeq(node)) return node.items.map((item) => this.#node(item as YamlNode, line));
    if (isYamlMap(node)) return this.#map(node, origin, line);
    return this.#scalar(node as YamlScalar, origin);
  }

  #alias(name: string, target: YamlNode | undefined, origin: string, line: number): Node {
    if (target === undefined) throw fault(origin, `alias *${name} has no anchor &${name} before it`);
    if (this.#open.has(target)) throw fault(origin, `alias *${name} refers to a value that holds it`);
    return this.#node(target, line);
  }

  #map(map: YAMLMap, origin: string, line: number): Map<string, Node> {
    const entries = new Map<string, Node>();
    const merged: Node[] = [];
    for (const { key, value } of map.items) {
      const name = this.#key(key, origin);
      const child = this.#node(value as YamlNode, isScalar(key) ? this.#lineOf(key, line) : line);
      if (name === "<<" && isScalar(key) && key.type === "PLAIN") merged.push(child);
      else if (entries.has(name)) throw fault(child.origin, `key ${name} is in its map twice`);
      else entries.set(name, child);
    }
    if (merged.length === 0) return entries;
    const sources = merged.flatMap((node) => Array.isArray(node.value) ? node.value as Node[] : [node]);
    const inherited = sources.toReversed().flatMap((node) => {
      if (!isMap(node)) throw fault(node.origin, "<< merges maps only");
      return [...node.value];
    });
    return new Map([...inherited, ...entries]);
  }

  #lineOf(key: YamlScalar, line: number): number {
    return key.range ? this.lines.linePos(key.range[0]).line : line;
  }

  #key(key: unknown, origin: string): string {
    if (isScalar(key) && typeof key.value === "string") return key.value;
    throw fault(origin, "a key must be text or a number");
  }

  #scalar(node: YamlScalar, origin: string): Scalar {
    const text = String(node.value ?? "");
    if (node.tag !== undefined) return text;
    if (node.type !== "PLAIN" && node.type !== undefined) return text;
    try {
      return resolveScalar(text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`${error.message} (${origin})`, { cause: error });
    }
  }
}
