/**
 * Determines the contents of a dataset: its splits and its classes, which come from train.
 */
import type { StartProgress } from "../../base/progress.ts";
import { DataError } from "../../base/errors.ts";
import { fewQuoted } from "../../base/few.ts";
import { type Dataset, EVALUATED_SPLITS, type FileTree, type Sample, type Split, SPLITS } from "../types.ts";
import { amount, counted } from "../words.ts";
import { accountFor } from "./account.ts";
import { ImageIndex } from "./image_index.ts";
import { cleanLabels } from "./labels.ts";
import type { LayoutContext, Part, SplitChoices } from "./layout.ts";
import { type LayoutName, readLayout } from "./layouts/mod.ts";
import { labelledOnly } from "./layouts/unlabelled.ts";
import { list, type Listing } from "./listing.ts";
import { divide } from "./own_split.ts";
import { applyPatch, movePatched, type Patch } from "./patch.ts";
import { compareCodePoints } from "./paths.ts";
import { type LabelledPath, readTable, type TableOptions } from "./table.ts";
import { type FindAlike, type OwnSplit, type UnitOptions, unitsOf } from "./units.ts";

/** Options of {@link readDataset}. */
export interface DatasetOptions extends TableOptions {
  /** How the files are arranged; auto (default): as they seem to be. */
  readonly layout?: LayoutName | "auto";
  /** The folder of each split where it cannot be told; null leaves a split out. */
  readonly splits?: SplitChoices;
  /** How to divide a dataset without splits or without validation; default: a tenth each. */
  readonly split?: OwnSplit;
  /** Finds images that look alike, which then stay in one part. */
  readonly findAlike?: FindAlike | undefined;
  /** The hashes of files that are known already, as {@link UnitOptions} has them. */
  readonly hashOf?: UnitOptions["hashOf"];
  /** The classes that count, such as a model's; by default those of train. */
  readonly classes?: readonly string[] | undefined;
  /** Corrections to apply before anything is counted. */
  readonly patch?: Patch | undefined;
  readonly progress?: StartProgress;
}

type Parts = Partial<Record<Part, readonly LabelledPath[]>>;

const TENTHS: OwnSplit = { valid: 0.1, test: 0.1 };

/**
 * Reads the dataset in `tree`, in any of the layouts of `layouts/mod.ts`. Samples are in a fixed order: rows of tables
 * first, by path and line, then class folders, by path. Labels that train does not have are left out and counted.
 * What has no splits is divided by {@link divide}, and so is a train split without validation; a dataset with splits
 * but no test has no test.
 *
 * @throws DataError if no layout fits or several do, a split has no samples, a class folder has no images, or a row
 * or correction cannot be used
 */
export async function readDataset(tree: FileTree, options: DatasetOptions = {}): Promise<Dataset> {
  const { layout = "auto", splits: chosen = {}, split = TENTHS, patch, progress } = options;
  const listing = await list(tree, progress);
  if (listing.paths.length === 0) {
    throw new DataError(
      `Cannot read dataset: "${tree.name}" is empty; set data.data_root=<folder or archive>`,
    );
  }
  const reading = await readLayout(listing, contextOf(listing, chosen, options), layout);
  const notes = [...reading.notes];
  if (options.labelColumn !== undefined && reading.tables.length === 0) {
    notes.push(`data.label_column=${options.labelColumn}: no table was read, so it has no effect`);
  }
  let parts = cleanParts(reading.parts, notes);
  if (patch !== undefined) {
    const corrected = applyPatch(parts, patch);
    parts = corrected.samples;
    notes.push(corrected.note);
  }
  if (reading.noLabel !== undefined) parts = labelledOnly(parts, reading.noLabel, notes);
  const units = (samples: readonly LabelledPath[]) => unitsOf(tree, samples, split, options);
  const found = moved(await withSplits(parts, split, units, notes), patch, notes);
  const classes = options.classes ?? classesOf(found, notes);
  const { splits, skippedUnknownLabels } = indexLabels(found, classes);
  noteUnknown(skippedUnknownLabels, options.classes ? "not the model's" : "not in train", notes);
  // Of other classes, such as a model's, only a split that is used must have some.
  if (!options.classes) {
    requireUsable({ classes, splits, skippedUnknownLabels }, EVALUATED_SPLITS, "those of train");
  }
  if (found.test === undefined) notes.push("test: no test split");
  const images = Object.values(reading.parts).flatMap((samples) => samples.map(({ path }) => path));
  const used = new Set([...images, ...reading.tables]);
  const ignored = accountFor(listing, used, reading.ignored);
  return {
    root: tree.name,
    understood: reading.understood,
    classes,
    isUnlabelled: reading.noLabel !== undefined && classes.includes(reading.noLabel),
    splits,
    divided: divided(parts),
    skippedUnknownLabels,
    notes,
    ignored,
  };
}

/** Tables are read when a layout asks for them, and once. */
function contextOf({ tree, images }: Listing, splits: SplitChoices, options: TableOptions): LayoutContext {
  const index = new ImageIndex(images);
  const tables = new Map<string, ReturnType<LayoutContext["table"]>>();
  return {
    splits,
    labelColumn: options.labelColumn,
    table(file) {
      const known = tables.get(file);
      if (known !== undefined) return known;
      const table = readTable(tree, file, index, options);
      tables.set(file, table);
      return table;
    },
  };
}

function cleanParts(parts: Parts, notes: string[]): Parts {
  return Object.fromEntries(
    Object.entries(parts).map(([part, samples]) => [part, cleanLabels(samples, part, notes)]),
  );
}

type Found = Partial<Record<Split, readonly LabelledPath[]>>;

/** The splits after the corrections that move samples. */
function moved(found: Found, patch: Patch | undefined, notes: string[]): Found {
  if (patch === undefined) return found;
  const { samples, note } = movePatched(found, patch);
  if (note !== undefined) notes.push(note);
  return samples;
}

const TOO_FEW = "valid: no class has enough images to give one up, so there will be no validation";

/** The splits that the files do not say, where train can give them. */
function divided({ all, train, valid }: Parts): Split[] {
  if (all !== undefined) return ["valid", "test"];
  return train !== undefined && valid === undefined ? ["valid"] : [];
}

/** The splits of the files, and where they say none, our own. */
async function withSplits(
  { all, ...given }: Parts,
  split: OwnSplit,
  units: (samples: readonly LabelledPath[]) => Promise<(path: string) => string>,
  notes: string[],
): Promise<Partial<Record<Split, readonly LabelledPath[]>>> {
  if (all !== undefined) {
    const parts = divide(all, await units(all), split);
    const counts = SPLITS.map((name) => `${name} ${amount(parts[name].length)}`).join(", ");
    notes.push(`the images are divided by their contents: ${counts} (data.split)`);
    if (split.valid > 0 && parts.valid.length === 0) notes.push(TOO_FEW);
    const { test, ...others } = parts;
    return split.test === 0 ? others : { ...others, test };
  }
  const { train, valid } = given;
  if (train === undefined || valid !== undefined) return given;
  if (split.valid === 0) {
    notes.push("valid: no validation split and data.split.valid is 0, so there will be no validation");
    return { ...given, valid: [] };
  }
  const shares = { valid: split.valid, test: 0 };
  const parts = divide(train, await units(train), shares);
  if (parts.valid.length === 0) notes.push(TOO_FEW);
  notes.push(
    `valid: no validation split, so ${amount(parts.valid.length)} of ${
      amount(train.length)
    } train samples are held out ` +
      "by their contents (data.split.valid)",
  );
  return { ...given, train: parts.train, valid: parts.valid };
}

/** The classes of train; of a dataset without train, those of all splits. */
function classesOf(
  { train, ...others }: Partial<Record<Split, readonly LabelledPath[]>>,
  notes: string[],
): string[] {
  if (train === undefined) {
    notes.push(`train: no train split, so the classes are those of ${Object.keys(others).join(", ")}`);
  }
  const samples = train ?? Object.values(others).flat();
  return [...new Set(samples.map((sample) => sample.className))].sort(compareCodePoints);
}

function indexLabels(found: Partial<Record<Split, readonly LabelledPath[]>>, classes: readonly string[]) {
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

function noteUnknown(skipped: Dataset["skippedUnknownLabels"], why: string, notes: string[]): void {
  for (const split of SPLITS) {
    const total = [...skipped[split].values()].reduce((sum, count) => sum + count, 0);
    if (total === 0) continue;
    const names = [...skipped[split].keys()].sort(compareCodePoints);
    const count = `${counted(total, "sample")} of ${counted(names.length, "class")}`;
    notes.push(`${split}: left out ${count} ${why}: ${fewQuoted(names)}`);
  }
}

/** @throws DataError if one of the splits `used` has labels, but none of the dataset's classes, which are `owner`'s */
export function requireUsable(
  { classes, splits, skippedUnknownLabels }: Pick<Dataset, "classes" | "splits" | "skippedUnknownLabels">,
  used: readonly Split[],
  owner: string,
): void {
  for (const split of used) {
    const own = [...skippedUnknownLabels[split].keys()].sort(compareCodePoints);
    if (own.length === 0 || splits[split].length > 0) continue;
    throw new DataError(
      `Cannot use the ${split} split: its classes (${fewQuoted(own)}) are none of ${owner} (${
        fewQuoted(classes)
      }); ` +
        "check the names of its folders or labels",
    );
  }
}
