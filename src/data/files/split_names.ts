/** The names under which people keep the splits of a dataset. */
import type { Split } from "../types.ts";

/** Names of a split, in lower case; the first is the usual one. */
export const SPLIT_NAMES: Readonly<Record<Split, readonly string[]>> = {
  train: ["train", "training"],
  valid: ["valid", "val", "validation", "dev"],
  test: ["test", "testing"],
};

const byName = new Map(
  Object.entries(SPLIT_NAMES).flatMap(([split, names]) =>
    names.map((name) => [name, split as Split] as const)
  ),
);

/** The split that `name` usually means, in any case, also as "train_set"; undefined if it means none. */
export function splitNamed(name: string): Split | undefined {
  return byName.get(name.toLowerCase().replace(/[ _-]?set$/, ""));
}

/** The split that is a word of `name`: train for "train_labels" or "labels-train". */
export function splitInName(name: string): Split | undefined {
  const found = name.split(/[^\p{L}]+/u).flatMap((word) => splitNamed(word) ?? []);
  return new Set(found).size === 1 ? found[0] : undefined;
}

/** The split that is a component of the folders of `path`, the deepest if there are several. */
export function splitInPath(path: string): Split | undefined {
  return path.split("/").slice(0, -1).reverse().map(splitNamed).find((split) => split !== undefined);
}
