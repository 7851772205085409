/** Findings about classes: missing, too small, unbalanced, or changed by transforms. Needs no images. */
import { largest, smallest } from "../../base/lists.ts";
import { nearest } from "../../base/nearest.ts";
import { classCounts } from "../class_weights.ts";
import { compareCodePoints } from "../files/paths.ts";
import { type Dataset, SPLITS } from "../types.ts";
import type { Step } from "../transforms/transform.ts";
import { counted } from "../words.ts";
import { type Change, classChanges } from "./class_changes.ts";
import type { Finding, FoundClass, Kind, SplitCounts } from "./types.ts";

/** A class with fewer training images than this has very few. */
const FEW = 10;
/** A class with fewer evaluation images than this has very few. */
const FEW_EVALUATED = 5;
/** Ratio of the largest class to the smallest from which classes count as unbalanced. */
const UNBALANCED = 10;

/** Samples by split and class, for splits that have any. */
export function countSplits({ splits, classes }: Dataset): SplitCounts[] {
  return SPLITS.filter((split) => splits[split].length > 0)
    .map((split) => ({ split, counts: classCounts(splits[split], classes.length) }));
}

/** The ratio of the largest class of train to the smallest; 1 if there is none. */
export function imbalanceOf(splits: readonly SplitCounts[]): number {
  const counts = splits.find(({ split }) => split === "train")?.counts ?? [];
  return counts.length === 0 ? 1 : largest(counts) / Math.max(1, smallest(counts));
}

/** All findings about classes. `train` are the steps that training images go through. */
export function classFindings(dataset: Dataset, train: readonly Step[]): Finding[] {
  const { classes, skippedUnknownLabels } = dataset;
  const splits = countSplits(dataset), changes = classChanges(train, classes);
  const changed = (by: Change) => changes.flatMap(({ change, classes }) => change === by ? classes : []);
  const found: [Kind, FoundClass[]][] = [
    ["unknown_class", SPLITS.flatMap((split) => unknown(split, skippedUnknownLabels[split], classes))],
    ["missing_class", splits.flatMap(({ split, counts }) => inSplit(split, counts, classes, (n) => n === 0))],
    ["alike_names", alike(classes, folded)],
    ["few_samples", fewSamples(splits, classes)],
    ["flip", changed("flip")],
    ["turn", changed("turn")],
    ["imbalance", unbalanced(splits, classes)],
    [
      "alike_numbers",
      alike(classes.filter((name) => /^\d+$/.test(name)), (name) => name.replace(/^0+(?=.)/, "")),
    ],
    [
      "few_evaluated",
      splits.filter(({ split }) => split !== "train").flatMap(({ split, counts }) =>
        inSplit(split, counts, classes, (n) => n > 0 && n < FEW_EVALUATED)
      ),
    ],
  ];
  return found.flatMap(([kind, each]) =>
    each.length === 0 ? [] : [{ kind, groups: [], classes: merged(each) }]
  );
}

/** One entry for each class, with all its notes. */
function merged(found: readonly FoundClass[]): FoundClass[] {
  const byName = Map.groupBy(found, ({ className }) => className);
  return [...byName].map(([className, all]) => ({ className, note: all.map(({ note }) => note).join(", ") }));
}

function unknown(
  split: string,
  skipped: ReadonlyMap<string, number>,
  classes: readonly string[],
): FoundClass[] {
  return [...skipped].sort(([a], [b]) => compareCodePoints(a, b)).map(([className, count]) => {
    const near = nearest(className, classes);
    const hint = near === undefined ? "" : `; did they mean "${near}"?`;
    return { className, note: `${counted(count, "sample")} in ${split}${hint}` };
  });
}

/** A name without what people type in two ways: case, width, white space, punctuation. */
function folded(className: string): string {
  const words = className.normalize("NFKC").toLowerCase();
  return words.replaceAll(/[\s\p{P}]+/gu, "") || words;
}

/** The classes for which `key` is the same as for another one. */
function alike(classes: readonly string[], key: (className: string) => string): FoundClass[] {
  return [...Map.groupBy(classes, key).values()].filter((names) => names.length > 1).flatMap((names) =>
    names.map((className) => {
      const others = names.filter((name) => name !== className).map((name) => `"${name}"`).join(", ");
      return { className, note: `like ${others}` };
    })
  );
}

function inSplit(
  split: string,
  counts: Uint32Array,
  classes: readonly string[],
  is: (count: number) => boolean,
): FoundClass[] {
  return classes.flatMap((className, label) =>
    is(counts[label]) ? [{ className, note: `${counts[label]} in ${split}` }] : []
  );
}

function fewSamples(splits: readonly SplitCounts[], classes: readonly string[]): FoundClass[] {
  return splits.filter(({ split }) => split === "train").flatMap(({ split, counts }) =>
    inSplit(split, counts, classes, (count) => count < FEW)
  );
}

/** The largest and the smallest class, if their sizes are far apart. */
function unbalanced(splits: readonly SplitCounts[], classes: readonly string[]): FoundClass[] {
  const train = splits.find(({ split }) => split === "train");
  if (train === undefined || imbalanceOf(splits) < UNBALANCED) return [];
  const { counts } = train;
  const at = (count: number) => classes[counts.indexOf(count)];
  const most = largest(counts), least = smallest(counts);
  return [
    { className: at(most), note: `${most} in train, ${imbalanceOf(splits).toFixed(1)} times the smallest` },
    { className: at(least), note: `${least} in train` },
  ];
}
