/** The decoded pictures of a split, kept in memory as 8-bit RGB: each file is read and decoded once. */
import { DataError } from "../base/errors.ts";
import { compareCodePoints } from "./paths.ts";
import type { Decode, FileTree, Picture, Sample } from "./types.ts";
import { counted } from "./words.ts";

/** How to load pictures. */
export interface LoadOptions {
  /** What messages call these samples, such as "train". */
  readonly split: string;
  /** The share of the split's files that may be unreadable, 0 .. 1. */
  readonly maxUnreadable?: number;
  /** "skip" leaves unreadable files out (up to maxUnreadable); "error" ends at any. */
  readonly onUnreadable?: "skip" | "error";
  /** Files that are read and decoded at the same time. */
  readonly concurrency?: number;
  /** Bytes that the decoded pictures may take; unlimited by default. */
  readonly maxBytes?: number;
  /** Called after each file with the number of files done and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A file that could not be used, and why, in one line. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** Samples with their pictures: `pictures[i]` belongs to `samples[i]`; samples of one file share one picture. */
export interface PictureStore {
  readonly samples: readonly Sample[];
  readonly pictures: readonly Picture[];
  /** Sorted by path. */
  readonly unreadable: readonly Unreadable[];
  /** What the pictures take in memory. */
  readonly bytes: number;
}

const SHOWN = 10;

/**
 * Reads and decodes the pictures of `samples`, keeping their order.
 *
 * Throws a DataError that names up to ten files with their reasons if more than `maxUnreadable` of the files cannot
 * be read, or any with `onUnreadable: "error"`; and one if the pictures take more than `maxBytes`.
 */
export async function loadPictures(
  tree: FileTree,
  samples: readonly Sample[],
  decode: Decode,
  options: LoadOptions,
): Promise<PictureStore> {
  const { maxUnreadable = 0.05, onUnreadable = "skip" } = options;
  if (!(maxUnreadable >= 0 && maxUnreadable <= 1)) {
    throw new RangeError(`Cannot allow a share of ${maxUnreadable} unreadable files: need 0 .. 1`);
  }
  const paths = [...new Set(samples.map(({ path }) => path))];
  const { decoded, unreadable, bytes } = await decodeAll(tree, paths, decode, options);
  const allowed = onUnreadable === "error" ? 0 : maxUnreadable * paths.length;
  if (unreadable.length > allowed) throw tooManyUnreadable(tree, unreadable, paths.length, options);
  const kept = samples.filter(({ path }) => decoded.has(path));
  return { samples: kept, pictures: kept.map(({ path }) => decoded.get(path)!), unreadable, bytes };
}

/** The sentence that tells the user which files were left out, or undefined if none was. */
export function describeUnreadable(split: string, unreadable: readonly Unreadable[]): string | undefined {
  if (unreadable.length === 0) return undefined;
  return `${split}: left out ${counted(unreadable.length, "unreadable file")}: ${list(unreadable)}`;
}

async function decodeAll(tree: FileTree, paths: readonly string[], decode: Decode, options: LoadOptions) {
  const { split, concurrency = 8, maxBytes = Infinity, onProgress } = options;
  const decoded = new Map<string, Picture>();
  const unreadable: Unreadable[] = [];
  let next = 0, done = 0, bytes = 0;
  const work = async () => {
    while (next < paths.length && bytes <= maxBytes) {
      const path = paths[next++];
      const result = await decodeOne(tree, path, decode);
      if ("reason" in result) unreadable.push({ path, reason: result.reason });
      else {
        decoded.set(path, result);
        bytes += result.data.byteLength;
      }
      onProgress?.(++done, paths.length);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
  if (bytes > maxBytes) {
    throw new DataError(
      `Cannot keep the ${split} pictures in memory as the first ${decoded.size} of ${paths.length} take ` +
        `${bytes} bytes: need at most ${maxBytes}`,
    );
  }
  unreadable.sort((a, b) => compareCodePoints(a.path, b.path));
  return { decoded, unreadable, bytes };
}

async function decodeOne(
  tree: FileTree,
  path: string,
  decode: Decode,
): Promise<Picture | { reason: string }> {
  try {
    const bytes = await tree.read(path);
    if (bytes.length === 0) return { reason: "the file is empty" };
    const picture = await decode(bytes);
    const { width, height, data } = picture;
    if (width < 1 || height < 1) {
      return { reason: `the picture has no pixels: its size is ${width}x${height}` };
    }
    if (data.length !== width * height * 3) {
      return { reason: `the decoder gave ${data.length} values: need ${width}x${height}x3` };
    }
    return picture;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { reason: message.trim().split("\n")[0] || "the decoder gave no reason" };
  }
}

function tooManyUnreadable(
  tree: FileTree,
  unreadable: readonly Unreadable[],
  total: number,
  options: LoadOptions,
): DataError {
  const { split, maxUnreadable = 0.05, onUnreadable = "skip" } = options;
  const allowed = onUnreadable === "error"
    ? `none (on_unreadable is "error")`
    : `at most ${Number((maxUnreadable * 100).toFixed(2))} % (max_unreadable)`;
  return new DataError(
    `Cannot use the ${split} split of "${tree.name}" as ${unreadable.length} of ${total} files are unreadable: ` +
      `allowed is ${allowed}; repair or remove them:\n${list(unreadable, "\n")}`,
  );
}

function list(unreadable: readonly Unreadable[], separator = "; "): string {
  const shown = unreadable.slice(0, SHOWN).map(({ path, reason }) => `"${path}": ${reason}`);
  if (unreadable.length > SHOWN) shown.push(`and ${unreadable.length - SHOWN} more`);
  return shown.join(separator);
}
