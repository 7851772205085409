/** One override on the command line: `a.b=c`, `+a=b`, `++a=b`, `~a`, and the same for groups. */

import { ConfigError } from "../../base/errors.ts";
import { shellQuote } from "../../base/shell_quote.ts";
import { cut } from "../faults.ts";
import { type Node, toNode } from "../tree.ts";
import { type Element, Quoted, Sweep } from "./element.ts";
import { callFunction } from "./functions.ts";
import { ElementParser, type Reading } from "./parser.ts";

/** What an override does with its key. */
export type OverrideKind = "change" | "add" | "force" | "delete";

/** The parts of an override. */
export interface Override {
  /** As written: `+a.b=c`. */
  readonly text: string;
  readonly kind: OverrideKind;
  /** A dotted key `a.b`, or a group `db` or `db/engine`. */
  readonly key: string;
  /** The part after an `@`. */
  readonly package: string | undefined;
  /** Undefined if there is no `=`. */
  readonly value: Element | undefined;
}

const ID = "[A-Za-z_][A-Za-z0-9_-]*";
const PART = "(?:[A-Za-z_$][A-Za-z0-9_$-]*|0|[1-9](?:_?[0-9])*)";
const PACKAGE = `(?:[A-Za-z_$][A-Za-z0-9_$-]*|${PART}(?:\\.${PART})+)`;
const OVERRIDE = new RegExp(
  `^(\\+\\+|\\+|~|)(${ID}(?:/${ID})+|${PACKAGE})(?:@(${PACKAGE}))?(?:=[ \\t]*([^]*))?$`,
);

/** Characters up to which a message repeats a value. */
const MOST_SHOWN = 100;

const KINDS: Readonly<Record<string, OverrideKind>> = {
  "": "change",
  "+": "add",
  "++": "force",
  "~": "delete",
};

/**
 * Parses one override. The values of keys for which `isPath` is true are taken as they stand, so that a path needs no
 * quotes of this grammar: `data.data_root=photos (1), new`. @throws ConfigError that names the override
 */
export function parseOverride(text: string, isPath: (key: string) => boolean = () => false): Override {
  if (text.length > 1 << 16) {
    throw new ConfigError(
      `Cannot read override ${cut(text)} because it has ${text.length} characters: too many`,
    );
  }
  const match = OVERRIDE.exec(text);
  const [, prefix, key, home, value] = match ?? [];
  if (!match || (value === undefined && prefix !== "~")) {
    const cause = text.startsWith("-")
      ? "it is no known flag"
      : text.includes("=")
      ? "its key is not one"
      : 'it has no "="';
    throw new ConfigError(
      `Cannot read override ${cut(text)} because ${cause}: write key=value, +key=value, ~key or group=option`,
    );
  }
  return {
    text,
    kind: KINDS[prefix],
    key,
    package: home,
    value: value === undefined
      ? undefined
      : isPath(key)
      ? parsePath(text.slice(text.indexOf("=") + 1), text)
      : parseValue(value, text),
  };
}

/** What is not taken as it stands where a path is expected: null, text in quotes, interpolations, and `choice(...)`. */
const IN_GRAMMAR = /^(?:null|(["'])[^]*\1|choice\([^]*\)|[^]*\$\{[^]*)$/;

function parsePath(source: string, override: string): Element {
  if (!IN_GRAMMAR.test(source)) return new Quoted(source, "'");
  const value = parseValue(source, override);
  if (!(value instanceof Sweep) || value.values.kind !== "choice") return value;
  const items = value.values.items.map((item) => typeof item === "string" ? new Quoted(item, "'") : item);
  return new Sweep({ ...value.values, items }, value.shuffled);
}

/** An override's value: the part after the "=". */
function parseValue(source: string, override: string): Element {
  if (source === "") return "";
  const elements = elementsOf(source, override);
  return elements.length === 1 ? elements[0] : new Sweep({ kind: "choice", items: elements, simple: true });
}

/** The elements of a value. @throws ConfigError that shows how the value is written as text */
function elementsOf(source: string, override: string): Element[] {
  try {
    return new ElementParser(source, overrideOrigin(override), reading).all();
  } catch (error) {
    if (!(error instanceof ConfigError) || source.length > MOST_SHOWN) throw error;
    const isCall = /^\w+\(/.test(source);
    if (!error.message.includes(" at character ") && (isCall || !error.message.includes(" is not known"))) {
      throw error;
    }
    if (/[[,]\s*[\w.]+\s*:\s*\{/.test(source)) {
      throw new ConfigError(`${error.message}; a map in a list has braces: [{name: {option: value}}]`);
    }
    const quoted = `${override.slice(0, override.indexOf("=") + 1)}"${source.replaceAll(/["\\]/g, "\\$&")}"`;
    throw new ConfigError(`${error.message}; for text write ${shellQuote(quoted)}`);
  }
}

/** Interpolations are kept as written; they are resolved in the final tree. */
const reading: Reading = {
  interpolation: (source) => source,
  quoted: (text, quote) => new Quoted(text, quote),
  call: callFunction,
  toText: (value) => String(value),
};

/** The value as a node of the tree. */
export function elementToNode(element: Element | undefined, origin: string): Node {
  if (element instanceof Quoted) return { value: element.text, origin };
  if (Array.isArray(element)) return { value: element.map((item) => elementToNode(item, origin)), origin };
  if (element instanceof Map) {
    return {
      value: new Map([...element].map(([key, item]) => [key, elementToNode(item, origin)])),
      origin,
    };
  }
  if (element instanceof Sweep) throw new TypeError("Cannot make a node of a sweep: expand it first");
  return toNode(element ?? null, origin);
}

/** The origin of an override's values, for messages. */
export function overrideOrigin(text: string): string {
  return `override ${cut(text)}`;
}
