/**
 * Expands a command line with sweeps into the command lines of its jobs: the product of all values, in order.
 */

import { ConfigError } from "../base/errors.ts";
import { type Element, MOST_VALUES, Quoted, Sweep } from "./grammar/element.ts";
import { shuffled } from "./grammar/functions.ts";
import type { Override } from "./grammar/override.ts";
import { rangeValues } from "./grammar/range_values.ts";

/** One job: the overrides of a plain command line. */
export type Job = readonly string[];

/** Maximum number of jobs in one sweep. */
const MOST_JOBS = 10_000;

/**
 * The jobs of a sweep; the last key varies fastest. If two overrides have the same key, the later one
 * applies.
 * @throws ConfigError if there are too many, or a value cannot be enumerated
 */
export function expandSweep(
  overrides: readonly Override[],
  options: (group: string) => readonly string[],
): Job[] {
  const choices = new Map<string, string[]>();
  for (const override of overrides) {
    const { value } = override;
    if (value === undefined) choices.set(keyOf(override), [keyOf(override)]);
    else {choices.set(
        keyOf(override),
        valuesOf(override, options).map((text) => `${keyOf(override)}=${text}`),
      );}
  }
  const count = [...choices.values()].reduce((product, values) => product * values.length, 1);
  if (count > MOST_JOBS) {
    throw new ConfigError(`Cannot run ${count} jobs in one sweep: at most ${MOST_JOBS}`);
  }
  return [...choices.values()].reduce<string[][]>(
    (jobs, values) => jobs.flatMap((job) => values.map((value) => [...job, value])),
    [[]],
  );
}

/** The part of an override before the `=`. */
function keyOf({ text, kind, key, package: home }: Override): string {
  const prefix = { change: "", add: "+", force: "++", delete: "~" }[kind];
  return text.startsWith(prefix) ? `${prefix}${key}${home === undefined ? "" : `@${home}`}` : text;
}

function valuesOf({ text, key, value }: Override, options: (group: string) => readonly string[]): string[] {
  if (!(value instanceof Sweep)) return [elementText(value!)];
  const { values } = value;
  const list = (() => {
    if (values.kind === "choice") return values.items.map(elementText);
    if (values.kind === "range") return rangeValues(values).map(elementText);
    if (values.kind === "glob") return matching(options(key), values.include, values.exclude);
    throw new ConfigError(
      `Cannot use override ${text} because an interval has no end of values: write range() or a list`,
    );
  })();
  if (list.length > MOST_VALUES) {
    throw new ConfigError(`Cannot use override ${text} because it has more than ${MOST_VALUES} values`);
  }
  if (list.length === 0) throw new ConfigError(`Cannot use override ${text} because it has no values`);
  return value.shuffled ? shuffled(list) : list;
}

function matching(
  names: readonly string[],
  include: readonly string[],
  exclude: readonly string[],
): string[] {
  const matches = (name: string, patterns: readonly string[]) =>
    patterns.some((one) => globPattern(one).test(name));
  return names.filter((name) => matches(name, include) && !matches(name, exclude));
}

/** `*` and `?` work as in a shell; everything else is literal. */
function globPattern(glob: string): RegExp {
  const source = glob.replace(/[\\^$+.()|[\]{}]/g, "\\$&").replace(/\*+/g, ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}

/** A value in the form of an override, which reads back as the same value. */
export function elementText(element: Element): string {
  if (element === null) return "null";
  if (element instanceof Quoted) return quote(element);
  if (typeof element === "string") return element.replace(/[\\()[\]{}:=, \t]/g, "\\$&");
  if (Array.isArray(element)) return `[${element.map(elementText).join(",")}]`;
  if (element instanceof Map) {
    return `{${[...element].map(([key, item]) => `${elementText(key)}:${elementText(item)}`).join(",")}}`;
  }
  if (typeof element === "number" && !Number.isFinite(element)) {
    return Number.isNaN(element) ? "nan" : element > 0 ? "inf" : "-inf";
  }
  return String(element);
}

/** `text` as the value of an override that reads back as the same text. */
export function quotedValue(text: string): string {
  return quote(new Quoted(text, "'"));
}

function quote({ text, quote }: Quoted): string {
  // Only backslashes before a quote need escaping, including the closing quote.
  const escaped = `${text}${quote}`.replace(
    quote === "'" ? /(\\*)'/g : /(\\*)"/g,
    (_, slashes: string) => `${slashes}${slashes}\\${quote}`,
  );
  return `${quote}${escaped.slice(0, -2)}${quote}`;
}
