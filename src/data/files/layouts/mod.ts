/** The ways in which datasets are arranged, and which of them a tree follows. */
import { DataError } from "../../../base/errors.ts";
import { fewQuoted } from "../../../base/few.ts";
import { counted } from "../../words.ts";
import { isArchiveName } from "../archives/format.ts";
import type { LayoutContext, Reading } from "../layout.ts";
import { type Listing, tablesBelow } from "../listing.ts";
import { class_folders, innermost_folders } from "./class_folders.ts";
import { class_then_split } from "./class_then_split.ts";
import { split_folders } from "./split_folders.ts";
import { tables } from "./tables.ts";
import { unlabelled } from "./unlabelled.ts";

/** Every layout by name. */
export const layouts = {
  split_folders,
  class_then_split,
  class_folders,
  innermost_folders,
  tables,
  unlabelled,
} as const;

/** The name of a layout. */
export type LayoutName = keyof typeof layouts;

/** Names of the layouts, in the order in which they are tried; the last one only where the user says so. */
export const layoutNames = Object.keys(layouts) as LayoutName[];

/** Layouts of folders by how much they presume; the first that fits rules the later ones out. */
const FOLDERS: readonly (readonly LayoutName[])[] = [
  ["split_folders"],
  ["class_then_split"],
  ["class_folders", "innermost_folders"],
];

/**
 * Reads a tree in the layout that fits.
 * @throws DataError if none does, or if several do and say different things
 */
export async function readLayout(
  listing: Listing,
  context: LayoutContext,
  chosen: LayoutName | "auto",
): Promise<Reading> {
  const { name } = listing.tree;
  if (chosen !== "auto") {
    const reading = await layouts[chosen].read(listing, context);
    if (reading !== undefined) return reading;
    const { title } = layouts[chosen];
    throw new DataError(`Cannot read "${name}" with data.layout=${chosen} (${title}): ${contents(listing)}`);
  }
  const readings = await possibleReadings(listing, context);
  if (readings.length === 0) {
    throw new DataError(
      `Cannot read dataset: "${name}" has no images with labels: ${contents(listing)}; ${NEED}` +
        (listing.images.length > 0 ? "; data.layout=unlabelled reads images that get them from a patch" : ""),
    );
  }
  const [first, ...others] = readings;
  const other = others.find((one) => !agree(first.reading, one.reading));
  if (other === undefined) return first.reading;
  throw new DataError(
    `Cannot tell how "${name}" is to be read: ${[first, other].map(describe).join(", or ")}`,
  );
}

const NEED =
  "need a folder for each class, splits (train, valid, test) of such folders, or a table that names " +
  "images and their labels (CSV, JSONL)";

interface Candidate {
  readonly name: LayoutName;
  readonly reading: Reading;
}

async function possibleReadings(listing: Listing, context: LayoutContext): Promise<Candidate[]> {
  const read = async (name: LayoutName) => {
    const reading = await layouts[name].read(listing, context);
    return reading === undefined ? [] : [{ name, reading }];
  };
  for (const group of FOLDERS) {
    const found = (await Promise.all(group.map(read))).flat();
    if (found.length === 0) continue;
    const isComplete = found.some(({ name }) => name === "split_folders");
    return [...found, ...isComplete ? [] : await read("tables").catch(noReading)];
  }
  return await read("tables");
}

/** Beside class folders a file that cannot be read as a table of labels is just a file. */
function noReading(error: unknown): Candidate[] {
  if (error instanceof DataError) return [];
  throw error;
}

/** True if two readings give the images that both have the same class, and the same split where both have splits. */
function agree(one: Reading, other: Reading): boolean {
  const known = new Map(
    samplesOf(one).map(({ path, part, className }) => [path, { part, className }]),
  );
  return samplesOf(other).every(({ path, part, className }) => {
    const first = known.get(path);
    if (first === undefined) return true;
    const isSame = first.part === part || first.part === "all" || part === "all";
    return isSame && first.className === className;
  });
}

function samplesOf({ parts }: Reading) {
  return Object.entries(parts).flatMap(([part, samples]) => samples.map((sample) => ({ part, ...sample })));
}

function describe({ name, reading }: Candidate): string {
  const samples = samplesOf(reading);
  const classes = new Set(samples.map(({ className }) => className)).size;
  return `${layouts[name].title} (${reading.understood}: ${counted(samples.length, "image")}, ` +
    `${counted(classes, "class")}), which data.layout=${name} says`;
}

/** What a tree has, for messages about what it lacks. */
function contents({ images, paths, top }: Listing): string {
  const found = `it has ${counted(images.length, "image")} among ${counted(paths.length, "file")}`;
  const filled = top.folders.filter(({ total }) => total > 0), [one] = filled;
  if (filled.length === 1 && one.total === images.length) {
    return `${found}, all in the one folder "${one.name}"`;
  }
  const archives = paths.filter(isArchiveName);
  if (images.length === 0 && archives.length > 0) {
    return `${found}, and archives (${
      fewQuoted(archives)
    }), which are read if they are opened themselves or unpacked`;
  }
  const tables = tablesBelow(top);
  if (images.length === 0 && tables.length > 0) {
    return `${found}, and tables (${
      fewQuoted(tables)
    }) without their images, which are to be given with them`;
  }
  const folders = fewQuoted(top.folders.map(({ name }) => name));
  return folders === "" ? `${found}, and no folders` : `${found}, and its folders are ${folders}`;
}
