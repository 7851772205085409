/** What to say about tables of labels. */
import { counted } from "../words.ts";
import { textOf } from "./columns.ts";
import { baseOf } from "./paths.ts";
import type { ImageTable } from "./table.ts";

/** One line for each kind of row that gives no sample, with the place of the first. */
export function noteTable({ file, unlabelled, missing, columns: { image } }: ImageTable): string[] {
  const notes: string[] = [];
  if (unlabelled.length > 0) {
    const count = counted(unlabelled.length, "row");
    notes.push(`${file}: left out ${count} without a label, first ${unlabelled[0].where}`);
  }
  if (missing.length > 0) {
    const [{ where, values }] = missing;
    const count = counted(missing.length, "row"), first = JSON.stringify(textOf(values[image]));
    notes.push(`${file}: left out ${count} whose image is not in the dataset, first ${first} at ${where}`);
  }
  return notes;
}

/** The tables in words: `labels.csv (files from "id", labels from "breed")`. */
export function describeTables(tables: readonly ImageTable[]): string[] {
  return tables.map(({ file, columns: { image, label } }) => {
    const labels = label === undefined
      ? "no labels"
      : "name" in label
      ? `labels from "${label.name}"`
      : `${counted(label.oneHot.length, "class column")}`;
    return `${baseOf(file)}: files from "${image}", ${labels}`;
  });
}
