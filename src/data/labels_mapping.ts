/**
 * Writes labels_mapping.json [DATA-06] as Python's `json.dumps(mapping, indent=2)` would. Written by hand because
 * JavaScript sorts integer-like keys ("0", "00", "1") before all others.
 */
import type { Preprocessing } from "./transforms/pipeline.ts";
import type { Normalization } from "./types.ts";

/**
 * The text of labels_mapping.json: num_classes, class_to_idx and idx_to_class in class order, normalization, and, as
 * our addition, preprocessing. ASCII only, without a trailing newline.
 */
export function labelsMapping(
  classes: readonly string[],
  normalization: Normalization,
  preprocessing: Preprocessing,
): string {
  const { resize, crop, interpolation, antialias, channel_order } = preprocessing;
  return object(0, [
    ["num_classes", String(classes.length)],
    ["class_to_idx", object(1, classes.map((name, i) => [name, String(i)]))],
    ["idx_to_class", object(1, classes.map((name, i) => [String(i), string(name)]))],
    [
      "normalization",
      object(1, [["mean", list(2, normalization.mean)], ["std", list(2, normalization.std)]]),
    ],
    [
      "preprocessing",
      object(1, [
        ["resize", typeof resize === "object" && resize ? list(2, resize, String) : String(resize)],
        ["crop", String(crop)],
        ["interpolation", string(interpolation)],
        ["antialias", String(antialias)],
        ["channel_order", string(channel_order)],
      ]),
    ],
  ]);
}

const indent = (depth: number) => "  ".repeat(depth);

function object(depth: number, entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, value]) => `${indent(depth + 1)}${string(key)}: ${value}`);
  return `{\n${lines.join(",\n")}\n${indent(depth)}}`;
}

function list(depth: number, values: readonly number[], written: (value: number) => string = float): string {
  return `[\n${values.map((value) => indent(depth + 1) + written(value)).join(",\n")}\n${indent(depth)}]`;
}

/** json.dumps escapes everything that is not printable ASCII. */
function string(value: string): string {
  const escape = (unit: string) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0");
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escape);
}

/** Python's repr of a float: 1.0, 1e-07, 1e+16 where JavaScript writes 1, 1e-7, 10000000000000000. */
function float(value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(`Cannot write ${value} into labels_mapping.json: need a finite number`);
  }
  const magnitude = Math.abs(value);
  if (Object.is(value, -0)) return "-0.0";
  const exponential = magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16);
  if (exponential) return value.toExponential().replace(/e[+-](?=\d$)/, (mark) => `${mark}0`);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
