import { DataError } from "../../../base/errors.ts";
import { fewQuoted } from "../../../base/few.ts";
import type { Layout, Part } from "../layout.ts";
import { tablesBelow } from "../listing.ts";
import { baseOf } from "../paths.ts";
import type { ImageTable, LabelledPath } from "../table.ts";
import { describeTables, noteTable } from "../table_notes.ts";

/** A competition's example of an answer, whose labels mean nothing. */
const isExample = (file: string) => /submission/i.test(baseOf(file));

/**
 * Tables of labels beside or above the images: `labels.csv`, `train.csv` and `test.csv`, `metadata.jsonl`, a list in
 * JSON. The split is a column's, the table's by its name or folder, or that of the image's folder.
 */
export const tables: Layout = {
  title: "tables of labels",
  async read({ top }, context) {
    const found: ImageTable[] = [], ignored = new Map<string, string>();
    for (const file of tablesBelow(top)) {
      if (isExample(file)) {
        ignored.set(file, "an example of an answer");
        continue;
      }
      const table = await context.table(file);
      if (table === undefined) ignored.set(file, "no column names an image of the dataset");
      else found.push(table);
    }
    const labelled = found.filter(({ rows }) => rows.length > 0);
    if (labelled.length === 0) {
      requireColumn(found, context.labelColumn);
      return undefined;
    }
    const parts: Partial<Record<Part, LabelledPath[]>> = {};
    for (const { rows } of labelled) {
      for (const { split, ...row } of rows) {
        if (split !== undefined && context.splits[split] === null) {
          ignored.set(row.path, `data.splits leaves ${split} out`);
        } else (parts[split ?? "all"] ??= []).push(row);
      }
    }
    requireAllOrNone(labelled, parts);
    for (const { named } of found) {
      for (const path of named) if (!ignored.has(path)) ignored.set(path, "no label");
    }
    return {
      understood: describeTables(labelled).join("; "),
      parts,
      tables: found.map(({ file }) => file),
      ignored,
      notes: found.flatMap(noteTable),
    };
  },
};

/** @throws DataError if no table of images has the column that the user named */
function requireColumn(found: readonly ImageTable[], name: string | undefined): void {
  if (name === undefined || found.length === 0 || found.some(({ columns }) => columns.names.includes(name))) {
    return;
  }
  const has = found.slice(0, 3).map(({ file, columns }) => `"${file}" has ${fewQuoted(columns.names)}`);
  throw new DataError(`Cannot read labels from column "${name}" (data.label_column): ${has.join(", ")}`);
}

/** @throws DataError if some rows have a split and others none */
function requireAllOrNone(
  labelled: readonly ImageTable[],
  parts: Readonly<Partial<Record<Part, readonly LabelledPath[]>>>,
): void {
  const { all, ...split } = parts;
  if (all === undefined || Object.keys(split).length === 0) return;
  throw new DataError(
    `Cannot tell the splits of ${
      labelled.map(({ file }) => `"${file}"`).join(", ")
    }: ${all.length} images, first ` +
      `"${
        all[0].path
      }", have none, and others do; name the split in a column, or in the table's or the folder's name`,
  );
}
