/** What the columns of a table mean, told by their contents and then by their names. */
import { DataError } from "../../base/errors.ts";
import type { TableRecord } from "./records.ts";
import { splitNamed } from "./split_names.ts";

/** The columns of a table that names images. */
export interface Columns {
  /** All of them. */
  readonly names: readonly string[];
  readonly image: string;
  readonly label: LabelColumn | undefined;
  readonly split: string | undefined;
}

/** One column of class names, or a column of 0 and 1 for each class. */
export type LabelColumn = { readonly name: string } | { readonly oneHot: readonly string[] };

/** Names of a column of images and of labels, the most telling first. */
const IMAGE = ["image", "file_name", "filename", "file", "filepath", "image_path", "path", "image_id", "id"];
const LABEL = [
  "label",
  "labels",
  "class",
  "class_name",
  "classname",
  "category",
  "target",
  "answer",
  "species",
  "breed",
  "y",
];
/** The label in annotations for language models, which may stand beside others. */
const ANSWER = "suffix";
/** Rows looked at to tell what a column means. */
const SAMPLE = 1000;

/**
 * The columns of a table; undefined if none of them names an image. `isImage` tells whether a value does, and
 * `chosen` is the label column that the user named.
 * @throws DataError if several columns could be the label
 */
export function findColumns(
  file: string,
  records: readonly TableRecord[],
  isImage: (value: string) => boolean,
  chosen: string | undefined,
): Columns | undefined {
  const some = records.slice(0, SAMPLE);
  const names = [...new Set(some.flatMap(({ values }) => Object.keys(values)))];
  const valuesOf = (name: string) => some.map(({ values }) => textOf(values[name]));
  const image = imageColumn(names, valuesOf, isImage);
  if (image === undefined) return undefined;
  const others = names.filter((name) => name !== image);
  const split = others.find((name) => valuesOf(name).every((value) => splitNamed(value) !== undefined));
  const candidates = others.filter((name) => name !== split);
  return { names, image, split, label: labelColumn(file, candidates, valuesOf, chosen) };
}

/** A cell as text: numbers and booleans as JSON writes them, anything else as nothing. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

type ValuesOf = (name: string) => readonly string[];

/** Position of a column's name among the telling ones; those that are not there come last. */
function rank(telling: readonly string[], name: string): number {
  const at = telling.indexOf(name.toLowerCase().replaceAll(" ", "_"));
  return at < 0 ? telling.length : at;
}

/**
 * The column that names most images; of equal ones that whose name says so. Without such a name, it names an image in
 * at least half of the rows, and not by bare numbers, which any column may have.
 */
function imageColumn(names: readonly string[], valuesOf: ValuesOf, isImage: (value: string) => boolean) {
  const found = names.flatMap((name) => {
    const values = valuesOf(name), count = values.filter(isImage).length;
    const isNumbers = values.every((value) => /^\d*$/.test(value.trim()));
    const isTelling = rank(IMAGE, name) < IMAGE.length;
    const isMeant = isTelling || 2 * count >= values.length && !isNumbers;
    return count > 0 && isMeant ? [{ name, count }] : [];
  });
  found.sort((a, b) => b.count - a.count || rank(IMAGE, a.name) - rank(IMAGE, b.name));
  return found.at(0)?.name;
}

function labelColumn(
  file: string,
  names: readonly string[],
  valuesOf: ValuesOf,
  chosen: string | undefined,
): LabelColumn | undefined {
  if (chosen !== undefined) return names.includes(chosen) ? { name: chosen } : undefined;
  if (names.includes(ANSWER)) return { name: ANSWER };
  const named = names.filter((name) => rank(LABEL, name) < LABEL.length);
  const flags = names.filter((name) => valuesOf(name).every((value) => /^[01](\.0)?$/.test(value.trim())));
  if (named.length === 0 && flags.length >= 2) return { oneHot: flags };
  const possible = named.length > 0 ? named : names.filter((name) => isCategory(valuesOf(name)));
  const kinds = [...Map.groupBy(possible, (name) => partition(valuesOf(name))).values()];
  if (kinds.length === 0) return undefined;
  if (kinds.length === 1) return { name: mostTelling(kinds[0], valuesOf) };
  const columns = kinds.map(([name]) => `"${name}" (first "${valuesOf(name)[0]}")`).join(", ");
  throw new DataError(
    `Cannot tell which column of "${file}" is the label: it could be ${columns}; ` +
      `give data.label_column=${kinds[0][0]}`,
  );
}

/** True if values repeat and are no measurements. */
function isCategory(values: readonly string[]): boolean {
  const distinct = new Set(values).size;
  return distinct <= Math.max(2, values.length / 2) && values.every((value) => !/^-?\d+\.\d+$/.test(value));
}

/** Equal for two columns that divide the rows in the same way, such as a class and its number. */
function partition(values: readonly string[]): string {
  const first = new Map<string, number>();
  return values.map((value, i) => {
    if (!first.has(value)) first.set(value, i);
    return first.get(value);
  }).join();
}

/** Of columns that divide the rows alike: words before numbers, then the one whose name says most. */
function mostTelling(names: readonly string[], valuesOf: ValuesOf): string {
  const isNumber = (name: string) => Number(valuesOf(name).every((value) => /^\d+$/.test(value.trim())));
  return [...names].sort((a, b) => isNumber(a) - isNumber(b) || rank(LABEL, a) - rank(LABEL, b))[0];
}
