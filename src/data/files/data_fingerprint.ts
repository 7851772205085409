/** What a run's data is known by, wherever it lies: what is in it, and what its images look like. */
import { DataError } from "../../base/errors.ts";
import { sha256 } from "../../base/sha256.ts";
import { type Dataset, type FileTree, SPLITS } from "../types.ts";

/** In hexadecimal digits. */
export interface DataFingerprint {
  /** Of class names and each split's paths and labels. */
  readonly listing: string;
  /** Of the bytes of up to {@link SAMPLED} files of each split, from all over it. */
  readonly content: string;
}

/** Files of a split that are read: all of a small one, and enough of a large one to notice that it was made anew. */
const SAMPLED = 32;

/** The fingerprint of a dataset whose files are in `tree`. */
export async function dataFingerprint(
  tree: FileTree,
  { classes, splits }: Dataset,
): Promise<DataFingerprint> {
  const listing = JSON.stringify([
    classes,
    SPLITS.map((split) => splits[split].map(({ path, label }) => [path, label])),
  ]);
  const paths = SPLITS.flatMap((split) => spread(splits[split].map(({ path }) => path)));
  const digests: string[] = [];
  for (const path of paths) digests.push(await digestOf(tree, path)); // in turn, since photos can be large
  return {
    listing: (await sha256(listing)).toHex(),
    content: (await sha256(digests.join("\n"))).toHex(),
  };
}

/** At most {@link SAMPLED} items at even distances. */
function spread(items: readonly string[]): string[] {
  const count = Math.min(SAMPLED, items.length);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i + .5) * items.length / count)]);
}

/** The SHA-256 of a file; of one that cannot be read, which training may leave out, that it cannot. */
async function digestOf(tree: FileTree, path: string): Promise<string> {
  try {
    return (await sha256(await tree.read(path))).toHex();
  } catch (error) {
    if (error instanceof DataError) return "unreadable";
    throw error;
  }
}
