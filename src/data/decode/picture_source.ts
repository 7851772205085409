/** Pictures of a list of samples, wherever they come from: memory, a cache, or a decoder at work. */
import { DataError } from "../../base/errors.ts";
import type { Decoder } from "./decoder.ts";
import type { PictureCache } from "./picture_cache.ts";
import type { Picture, Sample } from "../types.ts";

/** Pictures by position in a list of samples. */
export interface PictureSource {
  /** How many samples there are. */
  readonly length: number;
  /** The pictures at `positions`, in that order. @throws DataError if one can no longer be read */
  get(positions: readonly number[]): Promise<Picture[]>;
  /** An epoch is over: threads that are not wanted until the next are given back. */
  release(): void;
}

/** Pictures that are in memory. */
export function inMemory(pictures: readonly Picture[]): PictureSource {
  return {
    length: pictures.length,
    get: (positions) => Promise.resolve(positions.map((position) => pictures[position])),
    release() {},
  };
}

/** Where pictures of files come from. */
export interface PictureSupply {
  readonly decoder: Decoder;
  readonly cache: PictureCache;
  /** Keep the decoder's threads from one epoch to the next. */
  readonly persistent: boolean;
}

/** The pictures of `samples`, out of the cache, or decoded where it has none. */
export function picturesOf(samples: readonly Sample[], supply: PictureSupply): PictureSource {
  const { decoder, cache, persistent } = supply;
  const one = async (position: number) => {
    const { path } = samples[position];
    const kept = cache.kind === "none" ? undefined : await cache.find(path);
    if (kept) return kept;
    const { picture, reason, digest } = await decoder.decode(path, { digest: cache.byContent });
    if (!picture) {
      throw new DataError(
        `Cannot read "${path}" any more, which was readable when the run began: ${reason}`,
      );
    }
    await cache.keep(path, picture, digest);
    return picture;
  };
  return {
    length: samples.length,
    get: (positions) => Promise.all(positions.map(one)),
    release() {
      if (!persistent) decoder.rest();
    },
  };
}
