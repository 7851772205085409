/** Command-line overrides: `group=option`, `key.path=value` and `+key.path=value`, with YAML's values. */

import { isScalar, parseDocument } from "yaml";
import { ConfigError } from "../base/errors.ts";
import { isMap, nest, refusePrototypes, type Value } from "./values.ts";

/** One override of the command line. */
export interface Override {
  /** As it was written, for messages: `+a.b=c`. */
  readonly text: string;
  /** The part before the first `=`, without the `+`: a key path `a.b` or a group `callbacks/extra`. */
  readonly key: string;
  /** `key` in its parts. */
  readonly path: readonly string[];
  /** The part after the first `=`, as written: a group's option. */
  readonly raw: string;
  /** `raw` as a value. */
  readonly value: Value;
  /** True for `+key=value`: the key is not there yet. */
  readonly adds: boolean;
}

// A key of letters, digits, "_", "-" and dots; slashes are for groups in folders.
const OVERRIDE = /^(\+?)([A-Za-z0-9_][\w/-]*(?:\.[A-Za-z0-9_][\w-]*)*)=(.*)$/s;

/** Reads one command-line override; the value may hold `=` itself. */
export function parseOverride(text: string): Override {
  const match = OVERRIDE.exec(text);
  if (!match) {
    const cause = text.includes("=") ? "its key is not one" : 'it has no "="';
    throw new ConfigError(
      `Cannot read override ${text} as ${cause}: write key=value, +key=value or group=option`,
    );
  }
  const [, plus, key, raw] = match;
  const path = key.split(".");
  refusePrototypes(nest(path, null));
  return { text, key, path, raw, value: parseValue(raw, text), adds: plus === "+" };
}

/**
 * The value that `raw` says: a YAML scalar (number, boolean, null, quoted or plain text), a list `[1, 2]` or a
 * map `{a: 1}`. Text that is none of these stands for itself, so that paths and `a=b` need no quotes.
 */
export function parseValue(raw: string, text = raw): Value {
  const parsed = parseDocument(raw, { logLevel: "silent" });
  const isFlow = /^\s*[[{'"]/.test(raw);
  if (parsed.errors.length > 0) {
    if (!isFlow) return raw;
    throw new ConfigError(`Cannot read the value of ${text}: ${firstLine(parsed.errors[0].message)}`);
  }
  if (isFlow) {
    const value = parsed.toJS({ maxAliasCount: 0 }) as Value;
    checkPairs(value, text);
    refusePrototypes(value);
    return value;
  }
  const node = parsed.contents;
  // A comment, tag, anchor or parsed mark would make the source shorter: then the text stands for itself.
  return isScalar(node) && node.source === raw.trim() ? node.value as Value : raw;
}

/** YAML reads `{a:1}` as the key "a:1" without a value: say so instead of setting it. */
function checkPairs(value: Value, text: string): void {
  if (Array.isArray(value)) return value.forEach((item) => checkPairs(item, text));
  if (!isMap(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (item === null && key.includes(":")) {
      throw new ConfigError(
        `Cannot read ${key} in ${text}: write a space after the colon, ${key.replace(":", ": ")}`,
      );
    }
    checkPairs(item, text);
  }
}

/** A value as one would write it in an override; long ones are cut. */
export function formatValue(value: Value | undefined): string {
  const isBare = typeof value === "string" && parsesToItself(value);
  const text = isBare || typeof value === "number" ? String(value) : JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function parsesToItself(text: string): boolean {
  try {
    return parseValue(text) === text;
  } catch {
    return false;
  }
}

function firstLine(message: string): string {
  return message.split("\n")[0].replace(/:$/, "");
}
