/** The ways in which a tree could be read, for those who are asked which one is meant. */
import { DataError } from "../../base/errors.ts";
import { type Dataset, type FileTree, type Split, SPLITS } from "../types.ts";
import { readDataset } from "./dataset.ts";
import { treeBelow } from "./joined_tree.ts";
import { type LayoutName, layoutNames, layouts } from "./layouts/mod.ts";

/** One way to read a tree. */
export interface Way {
  /** `data.layout`, and the folder that would be `data.data_root`; absent: the whole tree, as it seems. */
  readonly layout?: LayoutName;
  readonly folder?: string;
  /** In words: "the first folder is the class". */
  readonly title: string;
  readonly counts: Readonly<Partial<Record<Split, number>>>;
  readonly classes: number;
  /** A few images with their classes. */
  readonly examples: readonly { readonly path: string; readonly className: string }[];
}

const NO_LABELS: LayoutName = "unlabelled";

/** Folders that are tried, and examples that are given. */
const MOST_FOLDERS = 12, EXAMPLES = 3;

/**
 * Every layout that fits the tree, and every folder at the top that can be read by itself; where there is none, its
 * images without labels.
 */
export async function waysToRead(tree: FileTree): Promise<Way[]> {
  const tryLayout = (layout: LayoutName) => tried(tree, { layout }, layouts[layout].title);
  const whole = await Promise.all(layoutNames.filter((layout) => layout !== NO_LABELS).map(tryLayout));
  const tops = (await tree.folders()).filter((folder) => !folder.includes("/")).slice(0, MOST_FOLDERS);
  const below = await Promise.all(
    tops.map((folder) => tried(treeBelow(tree, folder), { folder }, `only the folder "${folder}"`)),
  );
  const ways = [...whole, ...below].filter((way) => way !== undefined);
  if (ways.length > 0) return ways;
  const unlabelled = await tryLayout(NO_LABELS);
  return unlabelled === undefined ? [] : [unlabelled];
}

async function tried(
  tree: FileTree,
  choice: Pick<Way, "layout" | "folder">,
  title: string,
): Promise<Way | undefined> {
  try {
    const { layout = "auto" } = choice;
    // A split by contents would read every file only to be previewed.
    const dataset = await readDataset(tree, { layout, split: { valid: 0, test: 0, group: "^" } });
    return { ...choice, title, ...sizesOf(dataset) };
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

function sizesOf({ splits, classes }: Dataset): Pick<Way, "counts" | "classes" | "examples"> {
  const used = SPLITS.filter((split) => splits[split].length > 0);
  const all = used.flatMap((split) => splits[split]);
  const step = Math.max(1, Math.floor(all.length / EXAMPLES));
  const examples = all.filter((_, i) => i % step === 0).slice(0, EXAMPLES);
  return {
    counts: Object.fromEntries(used.map((split) => [split, splits[split].length])),
    classes: classes.length,
    examples: examples.map(({ path, label }) => ({ path, className: classes[label] })),
  };
}
