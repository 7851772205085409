import { append } from "../../../base/lists.ts";
import { DataError } from "../../../base/errors.ts";
import { type Split, SPLITS } from "../../types.ts";
import type { Layout, LayoutContext, SplitChoices } from "../layout.ts";
import { type Folder, type Listing, tablesBelow } from "../listing.ts";
import { splitNamed } from "../split_names.ts";
import { readSplit, type SplitReading } from "../split.ts";

/** The choice of the folder that is called like the split. */
const AUTO = "auto";

/**
 * A folder for each split, and in it class folders, tables of labels, or both: `<split>/<class>/**`. It may lie below
 * other folders.
 */
export const split_folders: Layout = {
  title: "splits, and class folders or labels in each",
  async read(listing, context) {
    const root = await findRoot(listing, context);
    if (root === undefined) return undefined;
    const parts: Partial<Record<Split, SplitReading["samples"]>> = {};
    const ignored = new Map<string, string>();
    const notes: string[] = [], forms: string[] = [], tables: string[] = [];
    for (const split of SPLITS) {
      const folder = splitFolder(listing, root, split, context.splits);
      if (folder === undefined) continue;
      const reading = await readSplit(listing, { split, folder }, context);
      for (const [path, reason] of reading.ignored) ignored.set(path, reason);
      append(notes, reading.notes);
      append(tables, reading.tables);
      if (reading.samples.length === 0) continue;
      parts[split] = reading.samples;
      forms.push(`${folder.name} (${reading.form})`);
    }
    return { understood: forms.join(", "), parts, tables, ignored, notes };
  },
};

/**
 * The folder of the split folders: the highest with a split that has classes or tables in it.
 * @throws DataError if there are several
 */
async function findRoot(listing: Listing, context: LayoutContext): Promise<Folder | undefined> {
  const [root, ...others] = await rootsBelow(listing.top, context);
  if (others.length === 0) return root;
  const places = [root, ...others].map(({ path }) => `"${path}"`).join(" and ");
  throw new DataError(
    `Cannot tell which dataset of "${listing.tree.name}" to read: there are ${places}; ` +
      `give data.data_root=${listing.tree.name}/${root.path} for the first`,
  );
}

/** Roots at or below a folder: with a train folder, or with split folders and nothing else that has images. */
async function rootsBelow(folder: Folder, context: LayoutContext): Promise<Folder[]> {
  const { train = AUTO } = context.splits;
  const filled = folder.folders.filter(({ total }) => total > 0);
  for (const one of folder.folders) {
    const isTrain = train === AUTO
      ? splitNamed(one.name) === "train"
      : [one.path, one.name].includes(train ?? "");
    const isOnlySplits = filled.every(({ name }) => splitNamed(name) !== undefined);
    const isSplit = isTrain || isOnlySplits && filled.includes(one);
    if (isSplit && await isLabelled(one, context)) return [folder];
  }
  return (await Promise.all(folder.folders.map((one) => rootsBelow(one, context)))).flat();
}

/** True for a split folder with class folders or tables of labels in it. */
async function isLabelled(folder: Folder, context: LayoutContext): Promise<boolean> {
  if (folder.folders.some(({ name, total }) => total > 0 && splitNamed(name) === undefined)) return true;
  for (const file of tablesBelow(folder)) if (await context.table(file) !== undefined) return true;
  return false;
}

function splitFolder(
  { tree }: Listing,
  root: Folder,
  split: Split,
  { [split]: chosen = AUTO }: SplitChoices,
): Folder | undefined {
  if (chosen === null) return undefined;
  if (chosen !== AUTO) {
    const found = root.folders.find(({ name, path }) => name === chosen || path === chosen);
    if (found !== undefined) return found;
    const names = root.folders.map(({ name }) => `"${name}"`).join(", ");
    throw new DataError(
      `Cannot use data.splits.${split}=${chosen}: the folders of "${tree.name}" are ${names}`,
    );
  }
  const present = root.folders.filter(({ name }) => splitNamed(name) === split);
  if (present.length > 1) {
    const names = present.map(({ name }) => `"${name}"`).join(" and ");
    throw new DataError(
      `Cannot tell the ${split} split of "${tree.name}": there are ${names}; give data.splits.${split}=${
        present[0].name
      }`,
    );
  }
  return present.at(0);
}
