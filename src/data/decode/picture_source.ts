/** Images of a list of samples, from memory, a cache or a decoder. */
import { DataError } from "../../base/errors.ts";
import type { Decoder } from "./decoder.ts";
import type { PictureCache } from "./picture_cache.ts";
import type { Picture, Sample } from "../types.ts";

/** Images by position in a list of samples. */
export interface PictureSource {
  /** Number of samples. */
  readonly length: number;
  /** The images at `positions`, in that order. @throws DataError if one can no longer be read */
  get(positions: readonly number[]): Promise<Picture[]>;
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

/** What {@link picturesOf} reads from. */
export interface PictureSupply {
  readonly decoder: Decoder;
  readonly cache: PictureCache;
  /** Keep the decoder's threads between epochs. */
  readonly persistent: boolean;
}

/** The images of `samples`, from the cache or decoded if they are not cached. */
export function picturesOf(samples: readonly Sample[], supply: PictureSupply): PictureSource {
  const { decoder, cache, persistent } = supply;
  const one = async (position: number) => {
    const { path } = samples[position];
    const kept = cache.kind === "none" ? undefined : await cache.find(path);
    if (kept) return kept;
    const { picture, reason, digest } = await decoder.decode(path, { digest: cache.byContent });
    if (!picture) {
      throw new DataError(
        `Cannot read "${path}", which was readable when the run started: ${reason}`,
      );
    }
    await cache.keep(path, picture, digest);
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
