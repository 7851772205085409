/** A table of a dataset: the images that its rows name, with their labels. */
import { DataError } from "../../base/errors.ts";
import type { FileTree, Split } from "../types.ts";
import { type Columns, findColumns, textOf } from "./columns.ts";
import type { ImageIndex } from "./image_index.ts";
import { baseOf, stemOf } from "./paths.ts";
import { parseRecords, type TableRecord } from "./records.ts";
import { splitInName, splitInPath, splitNamed } from "./split_names.ts";
import { decodeText } from "./text.ts";

/** A sample whose class has no index yet. `where` names the file and line it comes from, for messages. */
export interface LabelledPath {
  readonly path: string;
  readonly className: string;
  readonly where?: string;
}

/** A row that names an image and its class, and the split that the table or the image's folder says. */
export interface LabelledRow extends LabelledPath {
  readonly split: Split | undefined;
}

/** What a table says. */
export interface ImageTable {
  readonly file: string;
  readonly columns: Columns;
  readonly rows: readonly LabelledRow[];
  /** Every image that a row names, including those without a label. */
  readonly named: ReadonlySet<string>;
  /** Rows without a label. */
  readonly unlabelled: readonly TableRecord[];
  /** Rows whose image is not there, or outside the tree. */
  readonly missing: readonly TableRecord[];
}

/** How tables are read. */
export interface TableOptions {
  /** Encoding of text files; UTF-8 by default. */
  readonly encoding?: string | undefined;
  /** The column with the label, where it cannot be told. */
  readonly labelColumn?: string | undefined;
}

/**
 * Reads a table; undefined if no column names an image.
 * @throws DataError for text in another encoding, a row that is not valid or has several labels, and a table whose label cannot be told
 */
export async function readTable(
  tree: FileTree,
  file: string,
  images: ImageIndex,
  { encoding, labelColumn }: TableOptions,
): Promise<ImageTable | undefined> {
  const records = parseRecords(file, decodeText(await tree.read(file), file, encoding));
  const ofTable = splitInName(baseOf(stemOf(file))) ?? splitInPath(file);
  const find = (value: string) => images.find(value.trim(), file, ofTable);
  const columns = findColumns(file, records, (value) => find(value) !== undefined, labelColumn);
  if (columns === undefined) return undefined;
  const rows: LabelledRow[] = [], named = new Set<string>();
  const unlabelled: TableRecord[] = [], missing: TableRecord[] = [];
  for (const record of records) {
    const value = textOf(record.values[columns.image]).trim();
    const path = find(value);
    if (path === undefined) {
      missing.push(record);
      continue;
    }
    named.add(path);
    const className = labelOf(record, columns);
    const given = columns.split && splitNamed(textOf(record.values[columns.split]));
    const split = given || ofTable || splitInPath(path);
    if (className === "") unlabelled.push(record);
    else rows.push({ path, className, where: record.where, split });
  }
  return { file, columns, rows, named, unlabelled, missing };
}

/** The label of a row, "" if it has none. @throws DataError if it has several */
function labelOf({ values, where }: TableRecord, { label }: Columns): string {
  if (label === undefined) return "";
  if ("name" in label) return textOf(values[label.name]).trim();
  const classes = label.oneHot.filter((name) => Number(textOf(values[name])) === 1);
  if (classes.length > 1) {
    throw new DataError(
      `Cannot use the labels at ${where}: the image has ${classes.length} of them, ` +
        `${classes.map((name) => `"${name}"`).join(" and ")}, and a classifier needs exactly one`,
    );
  }
  return classes[0] ?? "";
}
