/**
 * Parses Hydra's values, from OverrideParser.g4: numbers, booleans, null, text with escapes, quoted text,
 * lists, maps, functions, and `a,b,c`. Overrides and the arguments of resolvers share this syntax; `Reading`
 * defines their differences.
 */

import { ConfigError } from "../../base/errors.ts";
import { asFloat, type Float } from "../../base/float.ts";
import { integer } from "../scalars.ts";
import { type Element, Sweep } from "./element.ts";
import { type Token, tokenize, type TokenKind } from "./lexer.ts";

/** An argument of a function, with or without a name. */
export interface Argument {
  readonly name: string | undefined;
  readonly value: Element;
}

/** The differences between overrides and resolvers. */
export interface Reading {
  /** The value of a `${...}` that is the entire text; within longer text it is converted to text. */
  interpolation(source: string): Element;
  /** The value of quoted text. */
  quoted(text: string, quote: string): Element;
  /** The value of `name(...)`, if functions are supported. */
  call?(name: string, args: readonly Argument[]): Element;
  /** A value within longer text. */
  toText(value: Element): string;
}

const MOST_NESTED = 64, MOST_CHARACTERS = 1 << 16;
const TEXT: readonly TokenKind[] = [
  "id",
  "null",
  "int",
  "float",
  "bool",
  "interpolation",
  "symbol",
  ":",
  "escape",
  "space",
];

/** Parses the elements of one value. Faults are ConfigErrors that say what is wrong and where. */
export class ElementParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  /** `name` is how messages refer to the entire text, such as `override a=[1`. */
  constructor(readonly source: string, readonly name: string, readonly reading: Reading) {
    if (source.length > MOST_CHARACTERS) {
      throw this.#fault(`has ${source.length} characters: at most ${MOST_CHARACTERS} are allowed`);
    }
    const tokens = tokenize(source);
    if ("unreadable" in tokens) throw this.#unreadable(tokens.unreadable);
    this.#tokens = tokens;
  }

  /** All comma-separated elements up to the end. */
  all(): Element[] {
    const elements = [this.element()];
    while (this.#take(",")) elements.push(this.#part());
    this.#expect("end", "its end");
    if (elements.length > 1 && elements[0] instanceof Sweep) {
      throw this.#fault("has several values where one is expected");
    }
    return elements;
  }

  /** The arguments of a resolver: like `all`, except that an element omitted between commas is empty text. */
  sequence(): Element[] {
    const elements: Element[] = [];
    do elements.push(this.#isOne(",", "end") ? "" : this.element()); while (this.#take(","));
    this.#expect("end", "its end");
    return elements;
  }

  /** One element. */
  element(): Element {
    if (++this.#depth > MOST_NESTED) {
      throw this.#fault(`is nested more than ${MOST_NESTED} levels deep`);
    }
    const element = this.#element();
    this.#depth--;
    return element;
  }

  #element(): Element {
    const { kind, text } = this.#peek();
    if (kind === "id" && this.#peek(1).kind === "(") return this.#call();
    if (kind === "quoted") {
      this.#at++;
      return this.reading.quoted(unescapeQuoted(text.slice(1, -1), text[0]), text[0]);
    }
    if (this.#take("[")) return this.#list();
    if (this.#take("{")) return this.#map();
    return this.#text(TEXT);
  }

  #list(): Element[] {
    const items: Element[] = [];
    if (this.#take("]")) return items;
    do items.push(this.#part()); while (this.#take(","));
    this.#expect("]", '"," or "]"');
    return items;
  }

  #map(): Map<string, Element> {
    const entries = new Map<string, Element>();
    if (this.#take("}")) return entries;
    do {
      const key = this.#key();
      this.#expect(":", '":" after a key');
      entries.set(key, this.#part());
    } while (this.#take(","));
    this.#expect("}", '"," or "}"');
    return entries;
  }

  /** An element of a list or map, which must be a single value. */
  #part(): Element {
    const element = this.element();
    if (element instanceof Sweep) throw this.#fault("has several values where one is expected");
    return element;
  }

  #call(): Element {
    const name = this.#next().text;
    this.#expect("(", '"("');
    const args: Argument[] = [];
    if (!this.#take(")")) {
      do args.push(this.#argument()); while (this.#take(","));
      this.#expect(")", '"," or ")"');
    }
    if (!this.reading.call) throw this.#fault(`calls ${name}(), but functions have no place here`);
    return this.reading.call(name, args);
  }

  /** The key of a map; quotes around it, which Hydra refuses, do not matter. */
  #key(): string {
    const { kind, text } = this.#peek();
    if (kind !== "quoted") {
      return this.reading.toText(this.#text(TEXT.filter((kind) => kind !== ":" && kind !== "interpolation")));
    }
    this.#at++;
    return unescapeQuoted(text.slice(1, -1), text[0]);
  }

  #argument(): Argument {
    const isNamed = this.#peek().kind === "id" && this.#peek(1).kind === "=";
    const name = isNamed ? this.#next().text : undefined;
    if (isNamed) this.#next();
    return { name, value: this.element() };
  }

  /** Bare text: a single token has its own type; several together are text. */
  #text(allowed: readonly TokenKind[]): Element {
    const tokens: Token[] = [];
    while (allowed.includes(this.#peek().kind)) tokens.push(this.#next());
    if (tokens.length === 0) throw this.#unexpected("a value");
    const solid = tokens.slice(
      tokens[0].kind === "space" ? 1 : 0,
      tokens.at(-1)!.kind === "space" ? -1 : undefined,
    );
    if (solid.length === 0) throw this.#fault("has only white space where a value is expected");
    if (solid.length === 1) return this.#single(solid[0]);
    return solid.map((token) => this.#piece(token)).join("");
  }

  #single({ kind, text }: Token): Element {
    if (kind === "null") return null;
    if (kind === "bool") return text.toLowerCase() === "true";
    if (kind === "int") return integer(text);
    if (kind === "float") return float(text);
    if (kind === "interpolation") return this.reading.interpolation(text);
    return kind === "escape" ? unescape(text) : text;
  }

  #piece({ kind, text }: Token): string {
    if (kind === "interpolation") return this.reading.toText(this.reading.interpolation(text));
    return kind === "escape" ? unescape(text) : text;
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
  }

  #next(): Token {
    return this.#tokens[this.#at++];
  }

  #isOne(...kinds: TokenKind[]): boolean {
    return kinds.includes(this.#peek().kind);
  }

  #take(kind: TokenKind): boolean {
    if (this.#peek().kind !== kind) return false;
    this.#at++;
    return true;
  }

  #expect(kind: TokenKind, name: string): void {
    if (!this.#take(kind)) throw this.#unexpected(name);
  }

  #unexpected(wanted: string): ConfigError {
    const { kind, text, start } = this.#peek();
    const found = kind === "end" ? "its end" : `"${text.trim() || text}" at character ${start + 1}`;
    return this.#fault(`has ${found} where ${wanted} is expected`);
  }

  #unreadable(position: number): ConfigError {
    const symbol = String.fromCodePoint(this.source.codePointAt(position)!);
    const cause = `"'$`.includes(symbol) ? "has no end" : "must be in quotes";
    return this.#fault(`has ${symbol} at character ${position + 1}, which ${cause}`);
  }

  #fault(cause: string): ConfigError {
    return new ConfigError(`Cannot read ${this.name} because its value ${cause}`);
  }
}

function float(text: string): number | Float {
  const bare = text.replaceAll("_", "").toLowerCase();
  if (bare.endsWith("nan")) return NaN;
  if (bare.endsWith("inf")) return bare.startsWith("-") ? -Infinity : Infinity;
  return asFloat(Number(bare));
}

/** Removes every other character, which is a backslash. */
function unescape(text: string): string {
  return [...text].filter((_, i) => i % 2 === 1).join("");
}

/** Unescapes only backslashes before a quote or at the end. */
function unescapeQuoted(text: string, quote: string): string {
  return text.replace(/\\+/g, (slashes, at: number) => {
    const next = text[at + slashes.length];
    return next === undefined || next === quote ? "\\".repeat(slashes.length >> 1) : slashes;
  });
}
