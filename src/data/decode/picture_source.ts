/** Images of a list of samples, from memory, a cache or a decoder. */
import { DataError } from "../../base/errors.ts";
import type { Decoder } from "./decoder.ts";
import type { PictureCache } from "./picture_cache.ts";
import { MAX_PIXELS, pixelFault } from "./picture_header.ts";
import type { Reduction } from "../transforms/reduction.ts";
import type { Picture, Sample } from "../types.ts";

/** Images by position in a list of samples. */
export interface PictureSource {
  /** Number of samples. */
  readonly length: number;
  /**
   * The images at `positions`, in that order; undefined where a file cannot be read.
   * @throws DataError if more files than allowed cannot
   */
  get(positions: readonly number[]): Promise<(Picture | undefined)[]>;
  /** Called at the end of an epoch: stops threads that are not needed until the next one. */
  release(): void;
}

/** Images that are already in memory. */
export function inMemory(pictures: readonly Picture[]): PictureSource {
  return {
    length: pictures.length,
    get: (positions) => Promise.resolve(positions.map((position) => pictures[position])),
    release() {},
  };
}

/** The images of those of `positions` that can be read. */
export async function readableOf(
  source: PictureSource,
  positions: readonly number[],
): Promise<{ readonly positions: number[]; readonly pictures: Picture[] }> {
  const pictures = await source.get(positions);
  return {
    positions: positions.filter((_, i) => pictures[i] !== undefined),
    pictures: pictures.filter((picture) => picture !== undefined),
  };
}

/** What {@link picturesOf} reads from. */
export interface PictureSupply {
  readonly decoder: Decoder;
  readonly cache: PictureCache;
  /** To what size larger images are reduced; by default none is. */
  readonly reduction?: Reduction | undefined;
  /** Keep the decoder's threads between epochs. */
  readonly persistent: boolean;
}

/** What {@link picturesOf} reports of files as it comes to them. */
export interface PictureWatcher {
  /** True for a file that is known to be unreadable. */
  isUnreadable(path: string): boolean;
  /** A file cannot be read. @throws DataError if that is one too many */
  unreadable(path: string, reason: string): void;
  /** A file was read that does not say how bright its values are. */
  assumed?(path: string, bits: number): void;
}

/** Takes no unreadable file. */
const requireAll: PictureWatcher = {
  isUnreadable: () => false,
  unreadable(path, reason) {
    throw new DataError(`Cannot read "${path}": ${reason}`);
  },
};

/**
 * The images of `samples`, from the cache or decoded if they are not cached. By default an unreadable file is a
 * DataError.
 */
export function picturesOf(
  samples: readonly Sample[],
  supply: PictureSupply,
  watcher = requireAll,
  maxPixels = MAX_PIXELS,
): PictureSource {
  const { decoder, cache, persistent, reduction } = supply;

  /** Takes an image from the cache if a file of the same bytes has been decoded before. */
  const adopt = async (path: string): Promise<Picture | string | undefined> => {
    const { digest, reason } = await decoder.decode(path, { digest: true, decode: false });
    if (reason !== undefined) return reason;
    const size = await cache.adopt(path, digest!, reduction);
    if (size === undefined) return undefined;
    const { width, height } = size.original ?? size;
    return width * height > maxPixels
      ? pixelFault(width, height, maxPixels)
      : await cache.find(path, reduction);
  };
  const fetch = async (path: string): Promise<Picture | string> => {
    const kept = cache.kind === "none" ? undefined : await cache.find(path, reduction);
    if (kept) return kept;
    const adopted = cache.byContent && cache.hasEarlier ? await adopt(path) : undefined;
    if (adopted !== undefined) return adopted;
    const { picture, reason, digest } = await decoder.decode(path, { digest: cache.byContent, reduction });
    if (!picture) return reason ?? "the decoder gave no reason";
    await cache.keep(path, picture, { digest, reduction });
    return picture;
  };
  const one = async (position: number): Promise<Picture | undefined> => {
    const { path } = samples[position];
    if (watcher.isUnreadable(path)) return undefined;
    const picture = await fetch(path);
    if (typeof picture === "string") return void watcher.unreadable(path, picture);
    if (picture.assumedBits !== undefined) watcher.assumed?.(path, picture.assumedBits);
    return picture;
  };
  return {
    length: samples.length,
    get: (positions) => Promise.all(positions.map(one)),
    release() {
      if (!persistent) decoder.endIdle();
    },
  };
}
