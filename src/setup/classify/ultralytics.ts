/**
 * What Ultralytics writes into the metadata of its ONNX files (ultralytics/engine/exporter.py), in the words of our own
 * files. Its classifiers take values from 0 to 1, of images whose shorter side is resized to the size and then cropped.
 */
import { DataError } from "../../base/errors.ts";
import { excerpt } from "../../base/excerpt.ts";
import { CARD } from "../../train/model_card.ts";

/**
 * The card's entries that follow from the metadata: class names from `names`, which other exporters write too, the
 * size from `imgsz`, and for a classifier of Ultralytics the preparation of images.
 * @throws DataError if `names` are not a Python dict or list of text
 */
export function foreignCard(metadata: ReadonlyMap<string, string>, path: string): Map<string, string> {
  const card = new Map<string, string>();
  const names = metadata.get("names"), size = /^\[?\s*(\d+)/.exec(metadata.get("imgsz") ?? "")?.[1];
  if (names !== undefined) card.set(CARD.classes, JSON.stringify(readNames(names, path)));
  if (size !== undefined) card.set(CARD.imageSize, size);
  if (!isUltralytics(metadata)) return card;
  card.set(CARD.input, "unit");
  card.set(CARD.steps, JSON.stringify([{ resize: {} }, { center_crop: {} }]));
  return card;
}

/** True for a classifier that Ultralytics has exported. */
export function isUltralytics(metadata: ReadonlyMap<string, string>): boolean {
  return metadata.get("author") === "Ultralytics" && metadata.get("task") === "classify";
}

/** An entry of a dict or a list: a number or nothing, then text in quotes. */
const ENTRY = /\s*(?:["']?(\d+)["']?\s*:\s*)?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(?:,|$)/gsy;

/** The names in a Python dict `{0: 'a', 1: "b's"}`, a list, or the same as JSON. */
function readNames(text: string, path: string): string[] {
  const names: string[] = [], inside = text.trim().slice(1, -1).trim();
  let end = 0;
  for (const [whole, number, quoted] of inside.matchAll(ENTRY)) {
    end += whole.length;
    names[Number(number ?? names.length)] = unquoted(quoted);
  }
  const isWhole = /^\s*[{[].*[\]}]\s*$/s.test(text) && end === inside.length;
  if (isWhole && names.length > 0 && !names.includes(undefined!)) return names;
  throw new DataError(
    `Cannot use ${path}: its "names" must name each class, current value is ${excerpt(text)}`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** The text of a Python or JSON literal. */
function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gis,
    (_, two, four, eight, one) =>
      one !== undefined ? ESCAPES[one] ?? one : String.fromCodePoint(parseInt(two ?? four ?? eight, 16)),
  );
}
