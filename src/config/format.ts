/** Formats values as YAML that reads back to the same values, and as in overrides. */

import { Document, Pair, Scalar as YamlScalar, YAMLMap, YAMLSeq } from "yaml";
import { ConfigError } from "../base/errors.ts";
import { Float } from "../base/float.ts";
import { cut } from "./faults.ts";
import { parseOverride } from "./grammar/override.ts";
import { escapeInterpolations } from "./interpolation/escape.ts";
import { resolveScalar } from "./scalars.ts";
import { type Data, isList, isMap, type Node, type Scalar, toData } from "./tree.ts";

/**
 * A tree as YAML, with the expressions of values that follow from the environment. `escaped` keeps `${...}` in other text from being
 * read as an interpolation again.
 */
export function formatYaml(node: Node, { escaped = false } = {}): string {
  if (isMap(node) && node.value.size === 0) return "{}\n";
  const top = toYaml(node, escaped);
  if (top instanceof YAMLSeq) top.flow = top.items.length === 0;
  const tree = new Document(top, { schema: "failsafe" });
  return tree.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function toYaml(node: Node, escaped: boolean): YAMLMap | YAMLSeq | YamlScalar {
  if (node.kept !== undefined) return scalar(node.kept);
  if (isMap(node)) {
    const map = new YAMLMap();
    for (const [key, item] of node.value) map.add(new Pair(scalar(key), toYaml(item, escaped)));
    return map;
  }
  if (node.isFloat) return new YamlScalar(String(new Float(node.value as number)));
  if (!isList(node)) return scalar(node.value as Scalar, escaped);
  const list = new YAMLSeq();
  for (const item of node.value) list.add(toYaml(item, escaped));
  // A list of plain values is written on one line: [0.9, 0.999].
  list.flow = node.value.every((item) => !isMap(item) && !isList(item));
  return list;
}

function scalar(value: Scalar, escaped = false): YamlScalar {
  if (typeof value !== "string") return new YamlScalar(bareText(value));
  const text = escaped ? escapeInterpolations(value) : value;
  const written = new YamlScalar(text);
  if (!readsAsText(text)) written.type = "QUOTE_DOUBLE";
  return written;
}

function bareText(value: Exclude<Scalar, string>): string {
  if (typeof value !== "number" || Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
}

/** What PyYAML takes for a value key, a merge key or a date, and Hydra does not. */
const OTHERS_TAKE = /^(?:=|<<|\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?)$/;

/** False for text such as "07", "yes" and "1e3", which has another meaning without quotes. */
function readsAsText(text: string): boolean {
  try {
    return resolveScalar(text) === text && !text.includes("\n") && !OTHERS_TAKE.test(text);
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

/** A node's value for messages: the expression, if the value follows from the environment. */
export function formatNode(node: Node): string {
  return node.kept ?? formatValue(toData(node));
}

/** A value as in an override, for messages; long ones are truncated. */
export function formatValue(value: Data): string {
  if (typeof value === "number" || value instanceof Float) return String(value);
  return cut(typeof value === "string" && isBare(value) ? value : JSON.stringify(value));
}

function isBare(text: string): boolean {
  try {
    return text.length < 1000 && parseOverride(`key=${text}`).value === text;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}
