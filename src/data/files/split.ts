/** One split: its tables and its class folders, which may be mixed. */
import { append } from "../../base/lists.ts";
import { DataError } from "../../base/errors.ts";
import { ENDINGS } from "../decode/formats.ts";
import type { Split } from "../types.ts";
import { counted } from "../words.ts";
import type { LayoutContext } from "./layout.ts";
import { type Folder, imagesBelow, type Listing, tablesBelow } from "./listing.ts";
import { baseOf, folderOf } from "./paths.ts";
import type { ImageTable, LabelledPath } from "./table.ts";
import { describeTables, noteTable } from "./table_notes.ts";

/** What was found in a split. */
export interface SplitReading {
  readonly samples: readonly LabelledPath[];
  /** Its form in words: "12 class folders". */
  readonly form: string;
  /** The tables that were read. */
  readonly tables: readonly string[];
  readonly ignored: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

const UNNAMED = "no row of a table names it";

/**
 * The samples of one split: rows of tables first, by path and line, then class folders. A folder that contains a
 * table, or whose images a row assigns to another class, belongs to the tables and is not a class folder. An image
 * that is both in its class's folder and in a row of that class counts once. A test split of images alone has no
 * samples.
 *
 * @throws DataError if a table cannot be used, a class folder has no images, or nothing is found
 */
export async function readSplit(
  listing: Listing,
  { split, folder }: { readonly split: Split; readonly folder: Folder },
  context: LayoutContext,
): Promise<SplitReading> {
  const ignored = new Map<string, string>(), notes: string[] = [];
  const tables = await tablesOf(folder, context, ignored);
  for (const table of tables) append(notes, noteTable(table));
  const samples: LabelledPath[] = tables.flatMap(({ rows }) => rows.map(({ split: _, ...row }) => row));
  const classesOf = classesByPath(tables);
  const annotated = new Set(tables.map(({ file }) => folderOf(file)));
  let classFolders = 0;
  for (const candidate of folder.folders) {
    const images = imagesBelow(candidate);
    if ([...annotated].some((one) => `${one}/`.startsWith(`${candidate.path}/`))) continue;
    if (images.length === 0) throw emptyFolder(candidate);
    const rest = images.filter((path) => !classesOf.has(path));
    if (belongsToTables(candidate.name, images, classesOf)) {
      for (const path of rest) ignored.set(path, UNNAMED);
      continue;
    }
    classFolders++;
    noteTwice(candidate, images.length - rest.length, split, notes);
    for (const path of rest) samples.push({ path, className: candidate.name });
  }
  if (samples.length === 0) requireUnlabelled(listing, split, folder, ignored, notes);
  const forms = [
    ...describeTables(tables),
    ...classFolders > 0 ? [counted(classFolders, "class folder")] : [],
  ];
  const reason = tables.length > 0 ? UNNAMED : `directly in "${folder.path}", not in a class folder`;
  for (const path of folder.images) if (!classesOf.has(path) && !ignored.has(path)) ignored.set(path, reason);
  return { samples, form: forms.join(", "), tables: tables.map(({ file }) => file), ignored, notes };
}

/** The tables that name images; the others are noted in `ignored`. */
async function tablesOf(
  folder: Folder,
  context: LayoutContext,
  ignored: Map<string, string>,
): Promise<ImageTable[]> {
  const tables: ImageTable[] = [];
  for (const file of tablesBelow(folder)) {
    const table = await context.table(file);
    if (table === undefined) ignored.set(file, "no column names an image of the dataset");
    else tables.push(table);
  }
  return tables;
}

/** The classes that rows give to each image that they name. */
function classesByPath(tables: readonly ImageTable[]): Map<string, string[]> {
  const classes = new Map<string, string[]>();
  for (const { named, rows } of tables) {
    for (const path of named) if (!classes.has(path)) classes.set(path, []);
    for (const { path, className } of rows) classes.get(path)!.push(className);
  }
  return classes;
}

function belongsToTables(
  name: string,
  images: readonly string[],
  classesOf: ReadonlyMap<string, readonly string[]>,
): boolean {
  return images.some((path) => {
    const classes = classesOf.get(path);
    return classes !== undefined && (classes.length === 0 || classes.some((one) => one !== name));
  });
}

function noteTwice({ path }: Folder, count: number, split: Split, notes: string[]): void {
  if (count === 0) return;
  notes.push(`${split}: counted ${counted(count, "image")} in "${path}" once (also named by rows)`);
}

function emptyFolder({ path }: Folder): DataError {
  return new DataError(
    `Cannot use the class folder "${path}": it has no images; ` +
      `add ${ENDINGS} files or remove the folder`,
  );
}

/** @throws DataError unless the split is a test of images alone, as competitions have it */
function requireUnlabelled(
  { tree }: Listing,
  split: Split,
  folder: Folder,
  ignored: Map<string, string>,
  notes: string[],
): void {
  const images = imagesBelow(folder);
  if (split !== "test" || images.length === 0) {
    const tables = [...ignored].map(([path, reason]) => `; of "${path}", ${reason}`).join("");
    throw new DataError(
      `Cannot use the ${split} split: "${folder.path}" in "${tree.name}" has no labelled images${tables}; ` +
        `need class folders or a table of labels` +
        (split === "train" ? "" : `, or leave it out by data.splits.${split}=null`),
    );
  }
  for (const path of images) ignored.set(path, "no label");
  notes.push(
    `test: left out, because its ${counted(images.length, "image")} have no labels; ` +
      `deno task predict CHECKPOINT "${baseOf(folder.path)}" classifies them`,
  );
}
