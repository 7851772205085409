/** The functions available in values: casts and sweeps. All are listed here; nothing else is ever called. */

import { ConfigError } from "../../base/errors.ts";
import { asFloat, Float } from "../../base/float.ts";
import { nearest } from "../../base/nearest.ts";
import { rng } from "../../base/rng.ts";
import { integer } from "../scalars.ts";
import { type Element, Quoted, Sweep } from "./element.ts";
import type { Argument } from "./parser.ts";
import { rangeValues } from "./range_values.ts";

type Cast = (value: Element) => Element;
type Call = (args: readonly Element[], named: ReadonlyMap<string, Element>) => Element;

const functions: Readonly<Record<string, Call>> = {
  int: cast("int", (value) => toInt(value)),
  float: cast("float", (value) => toFloat(value)),
  str: cast("str", (value) => String(value)),
  bool: cast("bool", (value) => toBool(value)),
  choice,
  range,
  interval,
  glob,
  sort,
  shuffle,
  tag,
};

const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  range: ["start", "stop", "step"],
  interval: ["start", "end"],
  glob: ["include", "exclude"],
  sort: ["reverse", "sweep", "list"],
  shuffle: ["sweep", "list"],
  tag: ["sweep"],
  choice: [],
};

/** The value of `name(args)`. @throws ConfigError if there is no such function or its arguments do not fit */
export function callFunction(name: string, args: readonly Argument[]): Element {
  const known = Object.keys(functions);
  if (!Object.hasOwn(functions, name)) {
    const near = nearest(name, known);
    const hint = near === undefined ? "" : `did you mean ${near}()? `;
    throw new ConfigError(
      `Cannot call ${name}() because it is not known: ${hint}Functions: ${known.join(", ")}`,
    );
  }
  const named = new Map<string, Element>();
  const positional: Element[] = [];
  const allowed = PARAMETERS[name] ?? ["value"];
  for (const { name: parameter, value } of args) {
    const bare = value instanceof Quoted ? value.text : value;
    if (parameter === undefined && named.size > 0) {
      throw fault(name, "a value without a name comes after one with a name");
    }
    if (parameter === undefined) positional.push(bare);
    else if (!allowed.includes(parameter) || named.has(parameter)) {
      throw fault(name, `${parameter} is not one of its parameters (${allowed.join(", ") || "none"})`);
    } else named.set(parameter, bare);
  }
  return functions[name](positional, named);
}

function fault(name: string, cause: string): ConfigError {
  return new ConfigError(`Cannot call ${name}() because ${cause}`);
}

/** Creates a function that casts a scalar, or all scalars in a list, map or sweep. */
function cast(name: string, convert: Cast): Call {
  const each = (value: Element): Element => {
    if (value instanceof Quoted) return convert(value.text);
    if (Array.isArray(value)) return value.map(each);
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, each(item)]));
    if (value instanceof Sweep) return castSweep(name, value, each);
    if (value === null) throw fault(name, "null cannot be cast");
    return convert(value);
  };
  return (args, named) => {
    const values = [...args, ...named.values()];
    if (values.length === 0) throw fault(name, "it needs a value");
    if (args.length > 0 && named.size > 0) throw fault(name, "a value is given twice");
    if (values.length > 1) refuseSweeps(name, values);
    return values.length === 1
      ? each(values[0])
      : each(new Sweep({ kind: "choice", items: values, simple: true }));
  };
}

function castSweep(name: string, { values, shuffled }: Sweep, each: Cast): Sweep {
  if (values.kind === "choice") return new Sweep({ ...values, items: values.items.map(each) }, shuffled);
  if (values.kind !== "range" || (name !== "int" && name !== "float")) {
    throw fault(name, `a ${values.kind} cannot be cast to ${name}`);
  }
  const [start, stop, step] = [values.start, values.stop, values.step].map((value) => Number(each(value)));
  return makeRange(name, start, stop, step);
}

function toInt(value: Element): number {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string" && /^\s*[-+]?[0-9](?:_?[0-9])*\s*$/.test(value)) return integer(value.trim());
  if (value instanceof Float) return value.value;
  if (typeof value === "number" && Number.isFinite(value)) return Math.trunc(value);
  throw fault("int", `${value} is not a number`);
}

function toFloat(value: Element): number | Float {
  const text = String(value).trim().toLowerCase();
  const special = /^([-+]?)(?:inf(?:inity)?|(nan))$/.exec(text);
  if (special) return special[2] ? NaN : special[1] === "-" ? -Infinity : Infinity;
  if (typeof value === "string" && !/^[-+]?(?:[0-9_]+\.?[0-9_]*|\.[0-9_]+)(?:e[-+]?[0-9]+)?$/.test(text)) {
    throw fault("float", `${value} is not a number`);
  }
  return asFloat(Number(typeof value === "string" ? text.replaceAll("_", "") : value));
}

function toBool(value: Element): boolean {
  if (typeof value !== "string") return Boolean(value instanceof Float ? value.value : value);
  const text = value.toLowerCase();
  if (text !== "true" && text !== "false") throw fault("bool", `${value} is neither true nor false`);
  return text === "true";
}

function choice(args: readonly Element[]): Sweep {
  const [first] = args;
  if (first === undefined) throw fault("choice", "it needs a value");
  if (args.length === 1 && first instanceof Sweep) {
    if (first.values.kind === "choice" && first.values.simple) {
      return new Sweep({ ...first.values, simple: false }, first.shuffled);
    }
    throw fault("choice", "it cannot be nested");
  }
  refuseSweeps("choice", args);
  return new Sweep({ kind: "choice", items: args, simple: false });
}

function range(args: readonly Element[], named: ReadonlyMap<string, Element>): Sweep {
  const given = ["start", "stop", "step"].map((name, i) => args[i] ?? named.get(name));
  const [start, stop, step = 1] = given.map((value) =>
    value === undefined ? undefined : number("range", value)
  );
  if (start === undefined || args.length > 3) throw fault("range", "it takes (stop) or (start, stop, step)");
  return stop === undefined ? makeRange("range", 0, start, step) : makeRange("range", start, stop, step);
}

function makeRange(name: string, start: number, stop: number, step: number): Sweep {
  if (step === 0 || ![start, stop, step].every(Number.isFinite)) {
    throw fault(name, `a range needs finite numbers and a step that is not 0: current step is ${step}`);
  }
  return new Sweep({ kind: "range", start, stop, step });
}

function interval(args: readonly Element[], named: ReadonlyMap<string, Element>): Sweep {
  const [start, end] = ["start", "end"].map((name, i) => number("interval", args[i] ?? named.get(name)));
  return new Sweep({ kind: "interval", start, end });
}

function number(name: string, value: Element | undefined): number {
  if (typeof value === "number" || value instanceof Float) return Number(value);
  throw fault(name, `it takes numbers: current value is ${value}`);
}

function glob(args: readonly Element[], named: ReadonlyMap<string, Element>): Sweep {
  const [include, exclude] = ["include", "exclude"].map((name, i) =>
    patterns(args[i] ?? named.get(name) ?? [])
  );
  if (include.length === 0) throw fault("glob", "it needs a pattern such as *");
  return new Sweep({ kind: "glob", include, exclude });
}

function patterns(value: Element): string[] {
  return (Array.isArray(value) ? value : [value]).map((item) =>
    item instanceof Quoted ? item.text : String(item)
  );
}

/** The argument of sort() and shuffle(): one sweep or list, or several values treated as a sweep. */
function subject(name: string, args: readonly Element[], named: ReadonlyMap<string, Element>): Element {
  const values = [...args, ...["sweep", "list"].flatMap((key) => named.get(key) ?? [])];
  if (values.length === 0) throw fault(name, "it needs values");
  if (values.length === 1) return values[0];
  refuseSweeps(name, values);
  return new Sweep({ kind: "choice", items: values, simple: true });
}

/** Refuses a sweep among several values. */
function refuseSweeps(name: string, values: readonly Element[]): void {
  if (values.some((value) => value instanceof Sweep)) throw fault(name, "there is a sweep among its values");
}

/**
 * In Hydra, tags tell a sweeper how to handle a sweep. There is only one sweeper here, so they have no
 * effect.
 */
function tag(args: readonly Element[], named: ReadonlyMap<string, Element>): Sweep {
  const sweep = named.get("sweep") ?? args.at(-1);
  if (sweep instanceof Sweep) return sweep;
  throw fault("tag", "its last value must be a sweep");
}

function sort(args: readonly Element[], named: ReadonlyMap<string, Element>): Element {
  const value = subject("sort", args, named);
  const reverse = named.get("reverse") === true;
  if (Array.isArray(value)) return sorted(value, reverse);
  if (!(value instanceof Sweep)) return value;
  const { values } = value;
  if (values.kind === "choice") return new Sweep({ ...values, items: sorted(values.items, reverse) });
  if (values.kind !== "range") throw fault("sort", `a ${values.kind} has no order`);
  const numbers = rangeValues(values);
  const ascends = values.step > 0;
  if (ascends !== reverse || numbers.length === 0) return value;
  return new Sweep({ kind: "choice", items: numbers.toReversed(), simple: false });
}

function sorted(items: readonly Element[], reverse: boolean): Element[] {
  const bare = items.map((item) => item instanceof Quoted ? item.text : item);
  const types = new Set(bare.map((item) => {
    return typeof item === "boolean" || item instanceof Float ? "number" : typeof item;
  }));
  if (types.size > 1 || types.has("object")) {
    throw fault("sort", "its values must be all numbers or all text");
  }
  const order = (a: Element, b: Element) => a! < b! ? -1 : Number(a! > b!);
  return reverse ? bare.toSorted((a, b) => order(b, a)) : bare.toSorted(order);
}

function shuffle(args: readonly Element[], named: ReadonlyMap<string, Element>): Element {
  const value = subject("shuffle", args, named);
  if (value instanceof Sweep) return new Sweep(value.values, true);
  return Array.isArray(value) ? shuffled(value) : [value];
}

/** Shuffles in a fixed order, so that the jobs of a sweep keep their numbers. */
export function shuffled<T>(items: readonly T[]): T[] {
  return [...rng(items.length, "sweep").permutation(items.length)].map((i) => items[i]);
}
