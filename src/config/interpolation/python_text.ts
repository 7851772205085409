/** Formats values within text like Python's str(), since users of Hydra put them in file names. */

import { Float } from "../../base/float.ts";
import { type Element, Quoted } from "../grammar/element.ts";

/** `True`, `None`, `1e-05`, `[1, 'a']`. Whole floats have a ".0". */
export function pythonText(value: Element): string {
  if (typeof value === "string") return value;
  if (value instanceof Quoted) return value.text;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value instanceof Float) return String(value);
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return `[${value.map(inner).join(", ")}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${inner(key)}: ${inner(item)}`).join(", ")}}`;
  }
  throw new TypeError("Cannot write a sweep as text");
}

function inner(value: Element): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "\\'")}'` : pythonText(value);
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e16)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}
