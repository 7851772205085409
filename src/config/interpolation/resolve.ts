/**
 * Resolves `${...}` in a tree, by OmegaConf's grammar: `${a.b}` from the top, `${.x}` for a sibling, `${..x}`
 * one level up, `${a[0]}`, `${a.${b}}`, `${name:arguments}`, and `\${` for the literal characters.
 */

import { ConfigError } from "../../base/errors.ts";
import { Float } from "../../base/float.ts";
import { cut, type Faults } from "../faults.ts";
import type { Element, Quoted } from "../grammar/element.ts";
import { interpolationEnd } from "../grammar/lexer.ts";
import { elementToNode } from "../grammar/override.ts";
import { ElementParser, type Reading } from "../grammar/parser.ts";
import { childAt, isList, isMap, MISSING, type Node } from "../tree.ts";
import { LIMITS } from "../yaml_reader.ts";
import { pythonText } from "./python_text.ts";
import type { Expressions } from "./expressions.ts";
import { callResolver, type Surroundings } from "./resolvers.ts";

type Path = readonly string[];

/** Maximum length of a chain of interpolations. */
const MOST_STEPS = 64;
const KEYS =
  /^(\.*)((?:[^\\${}()[\]:. \t'"]+|\[[^\\${}()[\]:. \t'"]+\])(?:\.[^\\${}()[\]:. \t'"]+|\[[^\\${}()[\]:. \t'"]+\])*)?$/;

/** True for text that contains something to resolve. */
function isInterpolation(node: Node): node is Node & { value: string } {
  return typeof node.value === "string" && node.value.includes("${");
}

/** Resolves a tree, in full or in part. */
export class Resolver {
  /** Resolved nodes by path, or the reason why they cannot be resolved. */
  readonly #done = new Map<string, Node | ConfigError>();
  readonly #open: string[] = [];
  readonly #sizes = new WeakMap<Node, number>();
  #depth = 0;

  /**
   * `defaultAt` returns the values of keys that no file has written. With `expressions`, what follows from the
   * environment becomes markers instead of values.
   */
  constructor(
    readonly root: Node,
    readonly surroundings: Surroundings,
    readonly defaultAt: (path: Path) => Node | undefined = () => undefined,
    readonly expressions?: Expressions,
  ) {}

  /** The resolved tree; a value that cannot be resolved is a fault and stays unchanged. */
  all(faults: Faults): Node {
    const visit = (node: Node, path: Path): Node => {
      if (isMap(node)) {
        return {
          ...node,
          value: new Map([...node.value].map(([key, item]) => [key, visit(item, [...path, key])])),
        };
      }
      if (isList(node)) {
        return {
          ...node,
          value: node.value.map((item, i) => visit(item, [...path, String(i)])),
        };
      }
      this.#depth = 0;
      return faults.attempt(() => this.#value(path, node), node.origin) ?? node;
    };
    const resolved = visit(this.root, []);
    return faults.attempt(() => this.#weigh(resolved)) ?? this.root;
  }

  /** The resolved node at `path`, or undefined. @throws ConfigError */
  select(path: Path): Node | undefined {
    let node: Node | undefined = this.root;
    let isResolved = false;
    for (const [depth, key] of path.entries()) {
      if (!isResolved && isInterpolation(node)) {
        node = this.#value(path.slice(0, depth), node);
        isResolved = true;
      }
      node = childAt(node, key);
      if (node === undefined) return this.defaultAt(path);
    }
    return isResolved ? node : this.#value(path, node);
  }

  /** Resolves `node`, which is at `path`, and everything below it. */
  #value(path: Path, node: Node): Node {
    if (!isInterpolation(node) && !isMap(node) && !isList(node)) return node;
    const name = path.join(".");
    const done = this.#done.get(name);
    if (done instanceof ConfigError) throw done;
    if (done !== undefined) return done;
    if (this.#open.includes(name)) {
      const circle = [...this.#open.slice(this.#open.indexOf(name)), name].map((key) => key || "the top");
      throw new ConfigError(`Cannot resolve ${name} because it leads back to itself: ${circle.join(" -> ")}`);
    }
    if (this.#open.length >= MOST_STEPS) {
      throw new ConfigError(`Cannot resolve ${name} because it leads on for more than ${MOST_STEPS} steps`);
    }
    this.#open.push(name);
    try {
      const value = this.#weigh(this.#compute(path, node));
      this.#done.set(name, value);
      return value;
    } catch (error) {
      if (error instanceof ConfigError) this.#done.set(name, error);
      throw error;
    } finally {
      this.#open.pop();
    }
  }

  #compute(path: Path, node: Node): Node {
    if (isInterpolation(node)) return this.#text(node.value, path, node.origin);
    if (isList(node)) {
      return { ...node, value: node.value.map((item, i) => this.#value([...path, String(i)], item)) };
    }
    const entries = [...(node.value as ReadonlyMap<string, Node>)];
    return {
      ...node,
      value: new Map(entries.map(([key, item]) => [key, this.#value([...path, key], item)])),
    };
  }

  /** Refuses unlimited growth: containers that repeatedly contain each other, and text that doubles. */
  #weigh(node: Node): Node {
    const { characters, nodes } = LIMITS;
    if (typeof node.value === "string" && node.value.length > characters) {
      throw new ConfigError(`Cannot resolve an interpolation to text of more than ${characters} characters`);
    }
    if (this.#size(node) <= nodes) return node;
    throw new ConfigError(`Cannot resolve interpolations to more than ${nodes} values`);
  }

  #size(node: Node): number {
    const known = this.#sizes.get(node);
    if (known !== undefined) return known;
    const parts = isMap(node) ? [...node.value.values()] : isList(node) ? node.value : [];
    const size = parts.reduce((sum, part) => sum + this.#size(part), 1);
    this.#sizes.set(node, size);
    return size;
  }

  /** Text with interpolations: the value of an interpolation that is the entire text, otherwise text. */
  #text(text: string, path: Path, origin: string): Node {
    if (++this.#depth > MOST_STEPS) {
      throw new ConfigError(
        `Cannot resolve ${cut(text)} because it is nested more than ${MOST_STEPS} levels deep`,
      );
    }
    const node = this.#pieces(text, path, origin);
    this.#depth--;
    return node;
  }

  #pieces(text: string, path: Path, origin: string): Node {
    const pieces: string[] = [];
    let at = 0;
    for (const match of text.matchAll(/(\\*)\$\{/g)) {
      if (match.index < at) continue;
      const slashes = match[1].length, start = match.index + slashes;
      pieces.push(text.slice(at, match.index), "\\".repeat(slashes >> 1));
      if (slashes % 2 === 1) {
        pieces.push("${");
        at = start + 2;
        continue;
      }
      at = interpolationEnd(text, start) ?? -1;
      if (at < 0) throw new ConfigError(`Cannot resolve ${cut(text)} because its "\${" has no "}"`);
      const value = this.#interpolation(text.slice(start + 2, at - 1), path, origin);
      if (start === 0 && at === text.length) return { ...value, origin };
      pieces.push(pythonText(toElement(value)));
      this.#weigh({ value: pieces.join(""), origin });
    }
    return { value: pieces.join("") + text.slice(at), origin };
  }

  /** The value of `${source}`, written at `path`. */
  #interpolation(source: string, path: Path, origin: string): Node {
    const colon = colonOf(source);
    if (colon === undefined) return this.#reference(source, path, origin);
    const name = this.#inner(source.slice(0, colon), path, origin).trim();
    const select = (key: string) => {
      const node = this.select(key.split("."));
      return node && toElement(node);
    };
    const reading = this.#reading(path, origin);
    const parse = (text: string) => new ElementParser(text, `interpolation ${cut(`\${${source}}`)}`, reading);
    const rest = source.slice(colon + 1).trim();
    const args = rest === "" ? [] : parse(rest).sequence();
    const marker = this.expressions?.call(name, args);
    if (marker !== undefined) return { value: marker, origin };
    const decode = (text: string) => parse(text).all()[0];
    const fault = (cause: string) =>
      new ConfigError(`Cannot resolve ${cut(`\${${source}}`)} because ${cause}`);
    return elementToNode(callResolver(name, args, { ...this.surroundings, select, decode, fault }), origin);
  }

  #reading(path: Path, origin: string): Reading {
    const text = (source: string) => this.#text(source, path, origin);
    return {
      interpolation: (source) => toElement(text(source)),
      quoted: (source) => source.includes("${") ? pythonText(toElement(text(source))) : source,
      toText: pythonText,
    };
  }

  #reference(source: string, path: Path, origin: string): Node {
    const text = this.#inner(source.trim(), path, origin);
    const marker = this.#marker(text, path);
    if (marker !== undefined) return { value: marker, origin };
    const match = KEYS.exec(text);
    if (!match || (match[1] === "" && match[2] === undefined)) {
      throw new ConfigError(
        `Cannot resolve ${cut(`\${${source}}`)} because it is neither a path of keys nor a resolver`,
      );
    }
    const [, dots, keys = ""] = match;
    if (dots.length > path.length) {
      throw new ConfigError(`Cannot resolve ${cut(`\${${source}}`)} because its dots lead above the top`);
    }
    const base = dots === "" ? [] : path.slice(0, path.length - dots.length);
    const target = [...base, ...keys.split(/[.[\]]/).filter((key) => key !== "")];
    const node = this.select(target);
    if (node === undefined) {
      throw new ConfigError(`Cannot resolve ${cut(`\${${source}}`)} because there is no ${target.join(".")}`);
    }
    if (node.value === MISSING) {
      throw new ConfigError(
        `Cannot resolve ${cut(`\${${source}}`)} because ${target.join(".")} is ???: give ${
          target.join(".")
        }=VALUE`,
      );
    }
    return node;
  }

  /** The marker for a reference whose path depends on the environment, from the top. */
  #marker(text: string, path: Path): string | undefined {
    const dots = /^\.*/.exec(text)![0].length;
    const base = dots === 0 ? [] : path.slice(0, path.length - dots);
    return this.expressions?.reference([...base, text.slice(dots)].join("."));
  }

  /** Replaces interpolations within an interpolation with text. */
  #inner(source: string, path: Path, origin: string): string {
    return source.includes("${") ? pythonText(toElement(this.#text(source, path, origin))) : source;
  }
}

/** The position of the colon after a resolver's name. */
function colonOf(source: string): number | undefined {
  for (let i = 0; i < source.length; i++) {
    if (source.startsWith("${", i)) i = (interpolationEnd(source, i) ?? source.length) - 1;
    else if (source[i] === ":") return i;
  }
  return undefined;
}

/** A node as an argument or a result of a resolver. */
function toElement(node: Node): Element {
  if (isList(node)) return node.value.map(toElement);
  if (isMap(node)) return new Map([...node.value].map(([key, item]) => [key, toElement(item)]));
  return node.isFloat ? new Float(node.value as number) : node.value as Exclude<Element, Quoted>;
}
