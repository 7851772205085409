/** The resolvers for `${name:arguments}`. All are listed here; nothing else is ever called. */

import type { ConfigError } from "../../base/errors.ts";
import { didYouMean } from "../faults.ts";
import type { Element } from "../grammar/element.ts";
import { pythonText } from "./python_text.ts";
import { strftime } from "./strftime.ts";

/** The information available to resolvers. */
export interface Surroundings {
  /** An environment variable, or undefined. */
  env(name: string): string | undefined;
  /** The same time for the entire configuration, and for all jobs of a sweep. */
  readonly now: Date;
}

/** What a resolver receives besides its arguments. */
export interface ResolverContext extends Surroundings {
  /** The resolved value at a dotted path from the top, or undefined. */
  select(path: string): Element | undefined;
  /** Parses a value like a resolver's argument: "[1,2]" is a list. */
  decode(text: string): Element;
  /** The error for a cause; it names the interpolation. */
  fault(cause: string): ConfigError;
}

type Resolver = (args: readonly Element[], context: ResolverContext) => Element;

const resolvers: Readonly<Record<string, Resolver>> = {
  now: ([format = "%Y-%m-%d"], { now }) => strftime(now, pythonText(format)),
  hydra: ([path], { select, fault }) => {
    const value = select(`hydra.${pythonText(path)}`);
    if (value === undefined) throw fault(`there is no hydra.${pythonText(path)}`);
    return value;
  },
  "oc.env": ([name, ...rest], { env, fault }) => {
    const value = env(pythonText(name));
    if (value !== undefined) return value;
    if (rest.length > 0) return rest[0] === null ? null : pythonText(rest[0]);
    throw fault(
      `the environment has no ${pythonText(name)}: set it, or write \${oc.env:${pythonText(name)},default}`,
    );
  },
  "oc.decode": ([text], { decode }) => text === null ? null : decode(pythonText(text)),
  "oc.create": ([value]) => value,
  "oc.select": ([path, ...rest], { select }) => {
    const value = select(pythonText(path));
    return value === undefined || value === "???" ? rest[0] ?? null : value;
  },
  "oc.deprecated": ([path], { select }) => select(pythonText(path)) ?? null,
  "oc.dict.keys": ([path], context) => [...mapAt(path, context).keys()],
  "oc.dict.values": ([path], context) => [...mapAt(path, context).values()],
};

const PARAMETERS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  now: [0, 1],
  "oc.env": [1, 2],
  "oc.select": [1, 2],
  "oc.deprecated": [1, 2],
};

/** The value of `${name:args}`. @throws ConfigError */
export function callResolver(name: string, args: readonly Element[], context: ResolverContext): Element {
  const known = Object.keys(resolvers);
  if (!known.includes(name)) {
    throw context.fault(
      `there is no resolver ${name}:${didYouMean(name, known)} Resolvers: ${known.join(", ")}`,
    );
  }
  const [least, most] = PARAMETERS[name] ?? [1, 1];
  if (args.length < least || args.length > most) {
    const wanted = least === most ? String(least) : `${least} to ${most}`;
    throw context.fault(`${name} takes ${wanted} arguments, current number is ${args.length}`);
  }
  return resolvers[name](args, context);
}

function mapAt(path: Element, { select, fault }: ResolverContext): ReadonlyMap<string, Element> {
  const value = select(pythonText(path));
  if (value instanceof Map) return value;
  throw fault(`${pythonText(path)} is not a map`);
}
