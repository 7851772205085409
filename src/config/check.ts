/** Checks a tree by a schema, and turns what zod found into the house's messages: key, value, what is allowed. */

import * as z from "zod";
import { didYouMean, type Faults } from "./faults.ts";
import { formatValue } from "./format.ts";
import { hintForKey, schemaAt, takesNull } from "./schema_walk.ts";
import { childAt, isList, isMap, MISSING, type Node, nodeAt, originAt, toData } from "./tree.ts";

const TYPES: Readonly<Record<string, string>> = {
  int: "an integer",
  number: "a number",
  string: "text, in quotes",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "a map of keys",
  record: "a map of keys",
};

/** How a tree is checked. */
export interface CheckOptions {
  /** Keys above the tree, for messages. */
  readonly prefix?: readonly string[];
  /** What "???" is: a fault, or left for later. */
  readonly missing?: "refused" | "allowed";
}

/** The checked configuration, or undefined with a fault for each thing that is wrong. */
export function check<T extends z.ZodType>(
  schema: T,
  root: Node,
  faults: Faults,
  { prefix = [], missing = "refused" }: CheckOptions = {},
): z.output<T> | undefined {
  const told = refuseEarly(root, faults, prefix, missing);
  const result = schema.safeParse(toData(root), { error: requirement });
  if (result.success) return told.length === 0 ? result.data : undefined;
  for (const issue of result.error.issues) {
    if (told.some((path) => path.every((key, i) => String(issue.path[i]) === key))) continue;
    describe(schema, issue, root, faults, prefix);
  }
  return undefined;
}

/** Faults that no schema sees: what must be given, what was not resolved, and keys that reach a prototype. */
function refuseEarly(
  root: Node,
  faults: Faults,
  prefix: readonly string[],
  missing: "refused" | "allowed",
): (readonly string[])[] {
  const told: (readonly string[])[] = [];
  const visit = (node: Node, path: readonly string[]) => {
    const name = [...prefix, ...path].join(".");
    if (node.value === MISSING) {
      if (missing === "refused") {
        faults.add(`Cannot do without ${name} as it must be given: add ${name}=VALUE`, node.origin);
      }
      told.push(path);
    } else if (typeof node.value === "string" && node.value.includes("${") && !faults.none) told.push(path);
    else if (isList(node)) node.value.forEach((item, i) => visit(item, [...path, String(i)]));
    else if (isMap(node)) {
      for (const [key, item] of node.value) {
        if (key === "__proto__") {
          faults.add(
            `Cannot use ${[...prefix, ...path, key].join(".")} as a key: choose another name`,
            item.origin,
          );
          told.push(path);
        } else visit(item, [...path, key]);
      }
    }
  };
  visit(root, []);
  return told;
}

/** What an issue's value "must be"; a schema's own message goes before this one. */
function requirement(issue: z.core.$ZodRawIssue): string {
  const options = issue.values ?? issue.options;
  if (Array.isArray(options)) return oneOf(options.map(String), issue.input);
  if (issue.code === "invalid_type") return `must be ${TYPES[issue.expected as string] ?? issue.expected}`;
  if (issue.code === "too_small") return bound(issue, "at least", "more than", issue.minimum);
  if (issue.code === "too_big") return bound(issue, "at most", "less than", issue.maximum);
  return anyOf(issue.errors as z.core.$ZodIssue[][] | undefined);
}

/** What one of a union's members asks for. */
function anyOf(members: readonly z.core.$ZodIssue[][] = []): string {
  const [first, ...others] = new Set(members.map(([issue]) => issue.message));
  const rest = others.map((text) => text.replace(/^must be /, ""));
  return [first ?? "must be something else", ...rest].join(" or ");
}

function oneOf(options: readonly string[], given: unknown): string {
  const hint = typeof given === "string" ? didYouMean(given, options) : "";
  const names = options.length === 1 ? `must be ${options[0]}` : `must be one of ${options.join(", ")}`;
  return hint === "" ? names : `${names}:${hint}`;
}

function bound(issue: z.core.$ZodRawIssue, within: string, beyond: string, limit: unknown): string {
  const amount = `${issue.inclusive ? within : beyond} ${limit}`;
  if (issue.origin === "array") return `must have ${amount} entries`;
  return issue.origin === "string" ? `must have ${amount} character` : `must be ${amount}`;
}

function describe(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  root: Node,
  faults: Faults,
  prefix: readonly string[],
): void {
  const path = issue.path.map(String);
  const full = (keys: readonly string[]) => [...prefix, ...keys].join(".");
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) {
      const hint = hintForKey(schema, [...path, key], path.length, root);
      const origin = childAt(nodeAt(root, path), key)?.origin;
      faults.add(`Cannot use key ${full([...path, key])} as there is no such key:${hint}`, origin);
    }
    return;
  }
  const name = full(path);
  const node = schemaAt(schema, path, root);
  const orNull = node && takesNull(node) ? " or null" : "";
  const given = nodeAt(root, path);
  const origin = originAt(root, path);
  if (given === undefined) {
    return faults.add(`Cannot do without ${name} as it ${issue.message}${orNull}`, origin);
  }
  const joint = issue.message.startsWith("must") ? " as it " : ": ";
  faults.add(`Cannot use ${name}=${formatValue(toData(given))}${joint}${issue.message}${orNull}`, origin);
}
