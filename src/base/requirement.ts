/** What the value of an option must be, in words: "must be at least 1". */
import type * as z from "zod";
import { nearest } from "./nearest.ts";

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

/** An issue, whether zod has worded it yet or not. */
type Issue = z.core.$ZodRawIssue | z.core.$ZodIssue;

/** Zod's error map for options: what the value of an issue must be. A schema's own message takes precedence. */
export function requirement(issue: z.core.$ZodRawIssue): string {
  const thing = wantedThing(issue);
  if (thing !== undefined) return `must be ${thing}`;
  if (issue.code === "too_small") return bound(issue, "at least", "more than", issue.minimum);
  if (issue.code === "too_big") return bound(issue, "at most", "less than", issue.maximum);
  return anyOf(issue.errors as z.core.$ZodIssue[][] | undefined);
}

/** What kind of thing is wanted, such as "a number", or undefined where the kind is right and the value is not. */
function wantedThing(issue: Issue): string | undefined {
  const { values, options, input, expected, discriminator } = issue as Readonly<Record<string, unknown>>;
  const names = values ?? options;
  if (Array.isArray(names)) {
    const given = typeof discriminator === "string"
      ? (input as Readonly<Record<string, unknown>>)[discriminator]
      : input;
    // A union whose name has a default takes undefined, too.
    return oneOf(names.filter((name) => name !== undefined).map(String), given);
  }
  return issue.code === "invalid_type" ? TYPES[expected as string] ?? String(expected) : undefined;
}

/** What the members of a union ask for: "must be a number or a list". */
function anyOf(members: readonly z.core.$ZodIssue[][] = []): string {
  const things = new Set<string>(), others = new Set<string>();
  for (const [issue] of members) {
    const thing = wantedThing(issue);
    if (thing === undefined) others.add(issue.message);
    else things.add(thing);
  }
  const kinds = things.size > 0 ? [`must be ${[...things].join(" or ")}`] : [];
  return [...kinds, ...others].join(" or ") || "must be something else";
}

function oneOf(options: readonly string[], given: unknown): string {
  if (options.length === 1) return options[0];
  const near = typeof given === "string" ? nearest(given, options) : undefined;
  const hint = near === undefined ? "" : `: did you mean ${near}?`;
  return `one of ${options.join(", ")}${hint}`;
}

function bound(issue: z.core.$ZodRawIssue, within: string, beyond: string, limit: unknown): string {
  const amount = `${issue.inclusive ? within : beyond} ${limit}`;
  if (issue.origin === "array") return `must have ${amount} ${limit === 1 ? "entry" : "entries"}`;
  if (issue.origin === "string") return `must have ${amount} ${limit === 1 ? "character" : "characters"}`;
  return `must be ${amount}`;
}
