/**
 * Stands for values of the environment while a tree is resolved a second time: each `${oc.env:NAME}`, and what
 * is computed from one, becomes a marker, from which the expression can be written again.
 */

import { type Element, Quoted } from "../grammar/element.ts";
import { elementText } from "../sweep.ts";
import { escapeInterpolations } from "./escape.ts";

const MARKER = /\0(\d+)\0/g;

/** The resolver that reads the environment. */
const ENVIRONMENT = "oc.env";

/** The markers of one resolution. */
export class Expressions {
  readonly #known: string[] = [];

  /** True for text with a marker, and for lists and maps that hold such text. */
  isIn(value: Element): boolean {
    if (typeof value === "string") return value.search(MARKER) >= 0;
    if (Array.isArray(value)) return value.some((item) => this.isIn(item));
    return value instanceof Map && [...value].some(([key, item]) => this.isIn(key) || this.isIn(item));
  }

  /** Text with `${...}` in place of markers, which resolves to what the marked text stands for. */
  expand(text: string): string {
    return this.#replace(text, escapeInterpolations);
  }

  /** True for text that begins with a marker. */
  isFirst(text: string): boolean {
    return text.startsWith("\0");
  }

  /** A marker for `${name:args}` if it depends on the environment; otherwise undefined. */
  call(name: string, args: readonly Element[]): string | undefined {
    if (name !== ENVIRONMENT && !this.isIn(name) && !args.some((arg) => this.isIn(arg))) return undefined;
    return this.#mark(`${this.#replace(name)}:${args.map((arg) => this.#argument(arg)).join(",")}`);
  }

  /** A marker for the value at a dotted path that depends on the environment; otherwise undefined. */
  reference(path: string): string | undefined {
    return this.isIn(path) ? this.#mark(this.#replace(path)) : undefined;
  }

  #mark(source: string): string {
    return `\0${this.#known.push(`\${${source}}`) - 1}\0`;
  }

  #replace(text: string, literal = (part: string) => part): string {
    return text.split(MARKER).map((part, i) => i % 2 === 1 ? this.#known[Number(part)] : literal(part)).join(
      "",
    );
  }

  #argument(arg: Element): string {
    if (Array.isArray(arg)) return `[${arg.map((item) => this.#argument(item)).join(",")}]`;
    if (arg instanceof Map) {
      return `{${[...arg].map(([key, item]) => `${elementText(key)}:${this.#argument(item)}`).join(",")}}`;
    }
    if (typeof arg !== "string") return elementText(arg);
    if (this.isIn(arg)) return this.#replace(arg, elementText);
    return isWord(arg) ? arg : elementText(new Quoted(escapeInterpolations(arg), "'"));
  }
}

/** True for text that needs no quotes as an argument: empty, or a name that is not a value of another type. */
function isWord(text: string): boolean {
  return /^(?:[A-Za-z_][\w.]*)?$/.test(text) && !/^(?:null|true|false|nan|inf)$/i.test(text);
}
