/**
 * Scans a split before the first epoch: which of its files are readable images, and what is wrong with the others.
 */
import { DataError } from "../../base/errors.ts";
import { compareCodePoints } from "../files/paths.ts";
import { MAX_PIXELS, pixelFault } from "./picture_header.ts";
import { picturesOf, type PictureSource, type PictureSupply } from "./picture_source.ts";
import type { StoredPicture } from "./picture_log.ts";
import { describeRanges } from "./ranges.ts";
import type { FileTree, Sample } from "../types.ts";
import { counted } from "../words.ts";

/** Options of {@link scanPictures}. */
export interface ScanOptions {
  /** The name of these samples in messages, such as "train". */
  readonly split: string;
  /** The fraction of the split's files that may be unreadable, 0 .. 1. */
  readonly maxUnreadable?: number;
  /** "skip" leaves out unreadable files (up to maxUnreadable); "error" fails on the first. */
  readonly onUnreadable?: "skip" | "error";
  readonly maxPixels?: number;
  /** Called after each file with the number of finished files and the total. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A file that could not be read, and the reason in one line. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** Samples with their images: positions in the source are positions in `samples`. */
export interface PictureStore {
  readonly samples: readonly Sample[];
  readonly pictures: PictureSource;
  /** Sorted by path. */
  readonly unreadable: readonly Unreadable[];
  /** Size of the decoded images. */
  readonly bytes: number;
  /** The note on images that were scaled by their own range, if there are any. */
  readonly ranges: string | undefined;
}

const SHOWN = 10;

/**
 * Decodes every file of `samples` once, into the cache if there is one, to find out before the first epoch which
 * files cannot be used. Files whose content is already cached are only read and hashed. Keeps the order of the
 * samples.
 *
 * @throws DataError naming up to ten files and their reasons if more than `maxUnreadable` of the files, or any with
 * `onUnreadable: "error"`, cannot be read
 */
export async function scanPictures(
  tree: FileTree,
  samples: readonly Sample[],
  supply: PictureSupply,
  options: ScanOptions,
): Promise<PictureStore> {
  const { maxUnreadable = 0.05, onUnreadable = "skip" } = options;
  if (!(maxUnreadable >= 0 && maxUnreadable <= 1)) {
    throw new RangeError(`Cannot allow a fraction of ${maxUnreadable} unreadable files: need 0 .. 1`);
  }
  const paths = [...new Set(samples.map(({ path }) => path))];
  const { unreadable, bytes, ranges } = await scan(paths, supply, options);
  const allowed = onUnreadable === "error" ? 0 : maxUnreadable * paths.length;
  if (unreadable.length > allowed) throw tooManyUnreadable(tree, unreadable, paths.length, options);
  const bad = new Set(unreadable.map(({ path }) => path));
  const kept = samples.filter(({ path }) => !bad.has(path));
  return { samples: kept, pictures: picturesOf(kept, supply), unreadable, bytes, ranges };
}

/** The note that lists the files that were left out, or undefined if there are none. */
export function describeUnreadable(split: string, unreadable: readonly Unreadable[]): string | undefined {
  if (unreadable.length === 0) return undefined;
  return `${split}: left out ${counted(unreadable.length, "unreadable file")}: ${list(unreadable)}`;
}

/**
 * Checks files, only as many at once as keep the decoder busy, so that few images wait for the cache. After a failure
 * it starts on no other file, and throws once nothing uses the supply any more.
 */
async function scan(paths: readonly string[], supply: PictureSupply, options: ScanOptions) {
  const unreadable: Unreadable[] = [], assumed: (number | undefined)[] = [];
  let next = 0, done = 0, bytes = 0;
  const work = async () => {
    while (next < paths.length) {
      const path = paths[next++];
      const found = await look(path, supply, options).catch((error) => {
        next = paths.length;
        throw error;
      });
      if (typeof found === "string") unreadable.push({ path, reason: found });
      else {
        bytes += found.width * found.height * 3;
        assumed.push(found.assumedBits);
      }
      options.onProgress?.(++done, paths.length);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: supply.decoder.parallel }, work));
  const failed = ended.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  unreadable.sort((a, b) => compareCodePoints(a.path, b.path));
  return { unreadable, bytes, ranges: describeRanges(assumed) };
}

/** An image without its pixels, or why it cannot be read. */
async function look(
  path: string,
  { decoder, cache }: PictureSupply,
  { maxPixels = MAX_PIXELS }: ScanOptions,
): Promise<StoredPicture | string> {
  const { byContent } = cache;
  if (byContent && cache.hasEarlier) {
    const { digest, reason } = await decoder.decode(path, { digest: true, decode: false });
    if (reason !== undefined) return reason;
    const size = await cache.adopt(path, digest!);
    if (size) {
      return size.width * size.height > maxPixels ? pixelFault(size.width, size.height, maxPixels) : size;
    }
  }
  const { picture, reason, digest } = await decoder.decode(path, { digest: byContent });
  if (!picture) return reason ?? "the decoder gave no reason";
  await cache.keep(path, picture, digest);
  const { data: _, ...stored } = picture;
  return stored;
}

function tooManyUnreadable(
  tree: FileTree,
  unreadable: readonly Unreadable[],
  total: number,
  options: ScanOptions,
): DataError {
  const { split, maxUnreadable = 0.05, onUnreadable = "skip" } = options;
  const allowed = onUnreadable === "error"
    ? `none (data.on_unreadable is "error")`
    : `at most ${Number((maxUnreadable * 100).toFixed(2))} % (data.max_unreadable)`;
  return new DataError(
    `Cannot use the ${split} split of "${tree.name}": ${unreadable.length} of ${total} files are unreadable, ` +
      `allowed: ${allowed}; repair or remove them:\n${list(unreadable, "\n")}`,
  );
}

function list(unreadable: readonly Unreadable[], separator = "; "): string {
  const shown = unreadable.slice(0, SHOWN).map(({ path, reason }) => `"${path}": ${reason}`);
  if (unreadable.length > SHOWN) shown.push(`and ${unreadable.length - SHOWN} more`);
  return shown.join(separator);
}
