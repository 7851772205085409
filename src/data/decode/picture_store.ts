/** The samples of a split with their images. */
import { picturesOf, type PictureSource, type PictureSupply } from "./picture_source.ts";
import { describeRanges } from "./ranges.ts";
import type { ScannedFiles, Unreadable } from "./scan.ts";
import { UnreadableFiles, type UnreadableOptions } from "./unreadable.ts";
import { reducedSize, type Reduction } from "../transforms/reduction.ts";
import type { Size } from "../transforms/operation.ts";
import type { FileTree, Sample } from "../types.ts";

/** Samples with their images: positions in the source are positions in `samples`. */
export interface PictureStore {
  /** Those whose files looked like images when the run started. */
  readonly samples: readonly Sample[];
  readonly pictures: PictureSource;
  /** Size of the images as they are kept, as far as their files say. */
  readonly bytes: number;
  /** How many of its files' images are reduced, and to what size; undefined if none is. */
  readonly reduced: { readonly images: number; readonly reduction: Reduction } | undefined;
  /** The unreadable files that are known so far, sorted by path. */
  readonly unreadable: readonly Unreadable[];
  /** The unreadable files that were found since the last call. */
  takeUnreadable(): readonly Unreadable[];
  /** Once, when some are known: the note on images that were scaled by their own range. */
  takeRanges(): string | undefined;
}

/** Options of {@link pictureStore}. */
export interface StoreOptions extends Pick<UnreadableOptions, "split" | "maxUnreadable" | "onUnreadable"> {
  readonly maxPixels?: number;
}

/**
 * The store of a split whose files have been scanned. Keeps the order of the samples.
 *
 * @throws DataError naming up to ten files and their reasons if more than `maxUnreadable` of the files, or any with
 * `onUnreadable: "error"`, cannot be read; so do its images as more are found
 */
export function pictureStore(
  tree: Pick<FileTree, "name">,
  samples: readonly Sample[],
  scanned: ScannedFiles,
  supply: PictureSupply,
  { maxPixels, ...options }: StoreOptions,
): PictureStore {
  const paths = new Set(samples.map(({ path }) => path));
  const lost = new UnreadableFiles({ ...options, root: tree.name, total: paths.size });
  lost.add([...scanned.unreadable].flatMap(([path, reason]) => paths.has(path) ? [{ path, reason }] : []));
  const kept = samples.filter(({ path }) => !lost.has(path));
  const assumed = new Map<string, number>();
  let isSaid = false;
  const watcher = {
    isUnreadable: (path: string) => lost.has(path),
    unreadable: (path: string, reason: string) => lost.add([{ path, reason }]),
    assumed: (path: string, bits: number) => void assumed.set(path, bits),
  };
  return {
    samples: kept,
    pictures: picturesOf(kept, supply, watcher, maxPixels),
    ...keptSizes([...paths].flatMap((path) => scanned.sizes.get(path) ?? []), supply.reduction),
    get unreadable() {
      return lost.all;
    },
    takeUnreadable: () => lost.takeNew(),
    takeRanges() {
      if (isSaid || assumed.size === 0) return undefined;
      isSaid = true;
      return describeRanges(assumed.values());
    },
  };
}

/** What images of these sizes take once they are decoded and reduced. */
function keptSizes(
  sizes: readonly Size[],
  reduction: Reduction | undefined,
): Pick<PictureStore, "bytes" | "reduced"> {
  let bytes = 0, images = 0;
  for (const size of sizes) {
    const kept = reduction ? reducedSize(size, reduction) : size;
    bytes += 3 * kept.width * kept.height;
    if (kept !== size) images++;
  }
  return { bytes, reduced: reduction && images > 0 ? { images, reduction } : undefined };
}
