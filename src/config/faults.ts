/** Turns what zod found into the house's messages: the key, what was given, what is allowed, the nearest. */

import * as z from "zod";
import { nearest } from "../base/nearest.ts";
import { formatValue } from "./overrides.ts";
import { hintForKey, schemaAt, takesNull } from "./schema_walk.ts";
import { type Value, valueAt, type ValueMap } from "./values.ts";

const TYPES: Record<string, string> = {
  int: "an integer",
  number: "a number",
  string: "text, in quotes",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "a map of keys",
};

/** The checked configuration, or undefined with one line for each fault added to `faults`. */
export function check<T extends z.ZodType>(
  schema: T,
  values: ValueMap,
  faults: string[],
): z.output<T> | undefined {
  const result = schema.safeParse(values, { error: requirement });
  if (result.success) return result.data;
  faults.push(...result.error.issues.flatMap((issue) => describeIssue(schema, issue, values)));
  return undefined;
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
  return [first ?? "must be something else", ...others.map((text) => text.replace(/^must be /, ""))].join(
    " or ",
  );
}

function oneOf(options: readonly string[], given: unknown): string {
  const near = typeof given === "string" ? nearest(given, options) : undefined;
  const hint = near === undefined ? "" : `: did you mean ${near}?`;
  return options.length === 1 ? `must be ${options[0]}` : `must be one of ${options.join(", ")}${hint}`;
}

function bound(issue: z.core.$ZodRawIssue, within: string, beyond: string, limit: unknown): string {
  const amount = `${issue.inclusive ? within : beyond} ${limit}`;
  if (issue.origin === "array") return `must have ${amount} entries`;
  return issue.origin === "string" ? `must have ${amount} character` : `must be ${amount}`;
}

function describeIssue(schema: z.ZodType, issue: z.core.$ZodIssue, values: ValueMap): string[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const hint = hintForKey(schema, [...path, key], path.length, values);
      return `Cannot use key ${[...path, key].join(".")} as there is no such key:${hint}`;
    });
  }
  const name = path.join(".");
  const node = schemaAt(schema, path, values);
  const orNull = node && takesNull(node) ? " or null" : "";
  const given = valueAt(values as Value, path);
  if (given === undefined) return [`Cannot do without ${name} as it ${issue.message}${orNull}`];
  const joint = issue.message.startsWith("must") ? " as it " : ": ";
  return [`Cannot use ${name}=${formatValue(given)}${joint}${issue.message}${orNull}`];
}
