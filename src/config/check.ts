/**
 * Checks a tree against a schema, and turns zod's issues into our messages: key, value, and what is allowed.
 */

import * as z from "zod";
import { requirement } from "../base/requirement.ts";
import type { Faults } from "./faults.ts";
import { formatNode } from "./format.ts";
import { hintForKey } from "./key_hints.ts";
import { keepsFloats, schemaAt, takesNull } from "./schema_walk.ts";
import { childAt, isList, isMap, MISSING, type Node, nodeAt, originAt, toData } from "./tree.ts";

/** Options for checking a tree. */
export interface CheckOptions {
  /** Keys above the tree, for messages. */
  readonly prefix?: readonly string[];
  /** How to treat "???": as a fault, or as a value to be given later. */
  readonly missing?: "refused" | "allowed";
}

/** The checked configuration, or undefined with a fault for each problem. */
export function check<T extends z.ZodType>(
  schema: T,
  root: Node,
  faults: Faults,
  { prefix = [], missing = "refused" }: CheckOptions = {},
): z.output<T> | undefined {
  const reported = refuseEarly(root, faults, prefix, missing);
  const isFloat = (path: readonly string[]) => keepsFloats(schemaAt(schema, path, root));
  const result = schema.safeParse(toData(root, isFloat), { error: requirement });
  if (result.success) return reported.length === 0 ? result.data : undefined;
  for (const issue of result.error.issues) {
    if (reported.some((path) => path.every((key, i) => String(issue.path[i]) === key))) continue;
    describe(schema, issue, root, faults, prefix);
  }
  return undefined;
}

/**
 * Faults that a schema cannot detect: missing values, unresolved interpolations, and keys that reach a
 * prototype.
 */
function refuseEarly(
  root: Node,
  faults: Faults,
  prefix: readonly string[],
  missing: "refused" | "allowed",
): (readonly string[])[] {
  const reported: (readonly string[])[] = [];
  const visit = (node: Node, path: readonly string[]) => {
    const name = [...prefix, ...path].join(".");
    if (node.value === MISSING) {
      if (missing === "refused") {
        faults.add(`Cannot do without ${name} because it must be given: add ${name}=VALUE`, node.origin);
      }
      reported.push(path);
    } else if (typeof node.value === "string" && node.value.includes("${") && !faults.none) {
      reported.push(path);
    } else if (isList(node)) node.value.forEach((item, i) => visit(item, [...path, String(i)]));
    else if (isMap(node)) {
      for (const [key, item] of node.value) {
        if (key === "__proto__") {
          faults.add(
            `Cannot use ${[...prefix, ...path, key].join(".")} as a key: choose another name`,
            item.origin,
          );
          reported.push(path);
        } else visit(item, [...path, key]);
      }
    }
  };
  visit(root, []);
  return reported;
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
      // A step that is a name alone has no such child.
      const origin = childAt(nodeAt(root, path), key)?.origin ?? originAt(root, path);
      faults.add(`Cannot use key ${full([...path, key])} because there is no such key:${hint}`, origin);
    }
    return;
  }
  const name = full(path);
  const node = schemaAt(schema, path, root);
  const must = node && takesNull(node) ? orNull(issue.message) : issue.message;
  const given = nodeAt(root, path);
  const origin = originAt(root, path);
  if (given === undefined) {
    return faults.add(`Cannot do without ${name} because it ${must}`, origin);
  }
  faults.add(
    `Cannot use ${name}=${formatNode(given)} because it ${must}${listed(issue, name, given)}`,
    origin,
  );
}

/** The requirement, or null: before its question, and once. */
function orNull(must: string): string {
  if (/\bnull\b/.test(must)) return must;
  const [wanted, question] = must.split(/(?=: did you mean )/);
  return `${wanted} or null${question ?? ""}`;
}

/** How a single text is written where a list is wanted. */
function listed(issue: z.core.$ZodIssue, name: string, { value }: Node): string {
  const wantsList = issue.code === "invalid_type" && issue.expected === "array";
  return wantsList && typeof value === "string" ? `: write ${name}=[${value}]` : "";
}
