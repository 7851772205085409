/**
 * Determines the contents of a dataset without decoding an image: its splits, which may mix folder and JSONL layout,
 * and its classes, which come from train alone.
 */
import { DataError } from "../../base/errors.ts";
import { holdOut } from "./holdout.ts";
import type { LabelledPath } from "./image_folder.ts";
import { applyPatch, type Patch } from "./patch.ts";
import { compareCodePoints, isHidden, join } from "./paths.ts";
import { readSplit } from "./split.ts";
import { type Dataset, EVALUATED_SPLITS, type FileTree, type Sample, type Split, SPLITS } from "../types.ts";
import { counted } from "../words.ts";

/** Options of {@link readDataset}. */
export interface DatasetOptions {
  /** The seed of the run, from which the hold-out is drawn. */
  readonly seed: number;
  /** The fraction of train that becomes the validation split if there is none; 0 = none. */
  readonly holdout?: number;
  /** Corrections to apply before anything is counted. */
  readonly patch?: Patch | undefined;
}

const FOLDERS: Readonly<Record<Split, readonly string[]>> = {
  train: ["train"],
  valid: ["valid", "val"],
  test: ["test"],
};

/**
 * Reads the dataset in `tree`: `{train,valid,test}`, where "val" is accepted for "valid", at the top or inside a
 * single top folder. Samples are in a fixed order: annotation files first, by path and line, then class folders, by
 * path. Labels that train does not have are left out and counted. Without a validation split, a stratified fraction
 * of train is held out by `seed` and reported in `notes`; without a test split, test is empty.
 *
 * @throws DataError if there is no train split, a split has no samples, a class folder has no images, or an
 * annotation line or correction cannot be used
 */
export async function readDataset(tree: FileTree, options: DatasetOptions): Promise<Dataset> {
  const { seed, holdout = 0.1, patch } = options;
  if (!(holdout >= 0 && holdout < 1)) {
    throw new RangeError(`Cannot hold out a fraction of ${holdout}: need at least 0 and below 1`);
  }
  const paths = await tree.paths();
  const folders = await tree.folders();
  if (paths.length === 0) {
    throw new DataError(`Cannot read dataset: "${tree.name}" is empty; ${LAYOUT}`);
  }
  const root = findRoot(tree, folders);
  const notes: string[] = [];
  let found: Partial<Record<Split, LabelledPath[]>> = {};
  for (const split of SPLITS) {
    const folder = splitFolder(tree, root, split, folders);
    if (folder === undefined) continue;
    found[split] = await readSplit(tree, { split, folder, root, paths, folders, notes });
  }
  if (patch !== undefined) {
    const corrected = applyPatch(found, patch);
    found = corrected.samples;
    notes.push(corrected.note);
  }
  const classes = classNames(found.train ?? []);
  const { splits, skippedUnknownLabels } = indexLabels(found, classes);
  noteUnknown(skippedUnknownLabels, notes);
  noteMissingTest(found, splits, notes);
  const finished = found.valid ? splits : { ...splits, ...held(splits.train, classes, seed, holdout, notes) };
  return { root: tree.name, classes, splits: finished, skippedUnknownLabels, notes };
}

const LAYOUT =
  `need train/ with <class>/*.jpg or *.jsonl files, and optionally valid/ and test/ (set data.data_root=<folder or .zip>)`;

function findRoot(tree: FileTree, folders: readonly string[]): string {
  const has = (root: string) => FOLDERS.train.some((name) => folders.includes(join(root, name)));
  if (has("")) return "";
  const tops = folders.filter((folder) => !folder.includes("/") && !isHidden(folder));
  if (tops.length === 1 && has(tops[0])) return tops[0];
  const current = tops.length > 0 ? tops.slice(0, 10).map((name) => `"${name}"`).join(", ") : "none";
  throw new DataError(
    `Cannot read dataset: "${tree.name}" has no train split, current folders are ${current}; ${LAYOUT}`,
  );
}

function splitFolder(
  tree: FileTree,
  root: string,
  split: Split,
  folders: readonly string[],
): string | undefined {
  const present = FOLDERS[split].map((name) => join(root, name)).filter((folder) => folders.includes(folder));
  if (present.length > 1) {
    const names = present.map((name) => `"${name}"`).join(" and ");
    throw new DataError(`Cannot read dataset: "${tree.name}" has both ${names}; keep one of them`);
  }
  return present[0];
}

function classNames(train: readonly LabelledPath[]): string[] {
  return [...new Set(train.map((sample) => sample.className))].sort(compareCodePoints);
}

function indexLabels(found: Partial<Record<Split, LabelledPath[]>>, classes: readonly string[]) {
  const index = new Map(classes.map((name, i) => [name, i]));
  const splits: Record<Split, Sample[]> = { train: [], valid: [], test: [] };
  const skippedUnknownLabels = {
    train: new Map<string, number>(),
    valid: new Map<string, number>(),
    test: new Map<string, number>(),
  };
  for (const split of SPLITS) {
    const skipped = skippedUnknownLabels[split];
    for (const { path, className } of found[split] ?? []) {
      const label = index.get(className);
      if (label === undefined) skipped.set(className, (skipped.get(className) ?? 0) + 1);
      else splits[split].push({ path, label });
    }
  }
  return { splits, skippedUnknownLabels };
}

function noteUnknown(skipped: Dataset["skippedUnknownLabels"], notes: string[]): void {
  for (const split of SPLITS) {
    const total = [...skipped[split].values()].reduce((sum, count) => sum + count, 0);
    if (total === 0) continue;
    const names = [...skipped[split].keys()].sort(compareCodePoints);
    const shown = names.slice(0, 10).map((name) => `"${name}"`).join(", ") +
      (names.length > 10 ? ", ..." : "");
    notes.push(
      `${split}: left out ${counted(total, "sample")} of ${
        counted(names.length, "class")
      } not in train: ${shown}`,
    );
  }
}

function noteMissingTest(
  found: Partial<Record<Split, LabelledPath[]>>,
  splits: Record<Split, Sample[]>,
  notes: string[],
): void {
  if (found.test === undefined) notes.push("test: no test split, so there will be no test");
  for (const split of EVALUATED_SPLITS) {
    if (found[split] !== undefined && splits[split].length === 0) {
      throw new DataError(
        `Cannot use the ${split} split: none of its classes are in train; check the folder names`,
      );
    }
  }
}

function held(train: Sample[], classes: readonly string[], seed: number, holdout: number, notes: string[]) {
  const parts = holdOut(train, classes, seed, holdout);
  notes.push(
    holdout === 0
      ? "valid: no validation split and holdout is 0, so there will be no validation"
      : `valid: no validation split, so ${parts.valid.length} of ${train.length} train samples are held out ` +
        `(fraction ${holdout}, stratified by class, seed ${seed})`,
  );
  return parts;
}
