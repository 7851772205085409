/** Which images of a dataset must stay in one split. */
import { noProgress, type StartProgress } from "../../base/progress.ts";
import { DataError } from "../../base/errors.ts";
import { sha256 } from "../../base/sha256.ts";
import type { FileTree } from "../types.ts";
import type { Shares } from "./own_split.ts";
import type { LabelledPath } from "./table.ts";

/** How a dataset without splits is divided. */
export interface OwnSplit extends Shares {
  /**
   * A regular expression: images whose paths match it with the same text (of its first group, if it has one) stay in
   * one split, such as all photographs of one person.
   */
  readonly group?: string | null;
}

/** Finds groups of images that look alike, by path. `hashes` are of their bytes, by path too. */
export type FindAlike = (
  samples: readonly LabelledPath[],
  hashes: ReadonlyMap<string, string>,
) => Promise<readonly (readonly string[])[]>;

/** Options of {@link unitsOf}. */
export interface UnitOptions {
  readonly findAlike?: FindAlike | undefined;
  /** The SHA-256 of a file's bytes in hexadecimal, where it is known, so that the file is not read for it. */
  readonly hashOf?: ((path: string) => string | undefined) | undefined;
  readonly progress?: StartProgress | undefined;
}

/** Files read at the same time. */
const AT_ONCE = 16;

/**
 * The unit of each image: its group, or without groups the hash of its bytes, so that copies stay together. Images that
 * `findAlike` finds have the smallest hash among them.
 * @throws DataError if the expression does not match the path of an image
 */
export async function unitsOf(
  tree: FileTree,
  samples: readonly LabelledPath[],
  { group = null }: OwnSplit,
  { findAlike, hashOf, progress = noProgress }: UnitOptions = {},
): Promise<(path: string) => string> {
  if (group !== null) return groupOf(group);
  const hashes = await hashesOf(tree, samples, hashOf, progress);
  const units = new Map(hashes);
  for (const alike of await findAlike?.(samples, hashes) ?? []) {
    const first = alike.map((path) => hashes.get(path)!).sort()[0];
    for (const path of alike) units.set(path, first);
  }
  return (path) => units.get(path)!;
}

async function hashesOf(
  tree: FileTree,
  samples: readonly LabelledPath[],
  hashOf: UnitOptions["hashOf"],
  progress: StartProgress,
): Promise<Map<string, string>> {
  const paths = [...new Set(samples.map(({ path }) => path))];
  const hashes = new Map<string, string>();
  using shown = progress("reading images to divide them", paths.length);
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    shown.at(start);
    await Promise.all(
      paths.slice(start, start + AT_ONCE).map(async (path) => {
        hashes.set(path, hashOf?.(path) ?? (await sha256(await tree.read(path))).toHex());
      }),
    );
  }
  return hashes;
}

function groupOf(expression: string): (path: string) => string {
  const pattern = new RegExp(expression, "u");
  return (path) => {
    const match = pattern.exec(path);
    if (match !== null) return match[1] ?? match[0];
    throw new DataError(`Cannot divide the images: data.split.group=${expression} does not match "${path}"`);
  };
}
