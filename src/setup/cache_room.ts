/**
 * Keeps the folder of decoded images within `data.cache_limit`: files of other datasets that were not used for longest
 * go first, except those in use; once only files in use are left, nothing is added.
 */
import { mib } from "../base/byte_size.ts";
import { DataError, FileError } from "../base/errors.ts";
import type { PictureLog } from "../data/decode/picture_log.ts";
import { counted } from "../data/words.ts";
import type { DiskFile, Host } from "./host.ts";

/** The names of files of decoded images. */
export const PICTURES = /_[0-9a-f]{8}\.pictures$/;

/** Of the limit: so much is added before the folder is looked at again, since other runs add to it, too. */
const SLICE = 1 / 64;

/** Options of {@link CacheRoom}. */
export interface RoomOptions {
  readonly folder: string;
  /** In bytes. */
  readonly limit: number;
  /** The configured limit, for messages. */
  readonly given: string | number;
  /** This run's own file, which stays. */
  readonly own: string;
}

/** The room in a folder of decoded images. */
export class CacheRoom {
  readonly #host: Pick<Host, "filesBelow" | "tryLock" | "folderStore" | "print">;
  readonly #options: RoomOptions;
  #left = 0;

  constructor(host: Pick<Host, "filesBelow" | "tryLock" | "folderStore" | "print">, options: RoomOptions) {
    this.#host = host;
    this.#options = options;
  }

  /**
   * Takes room for so many bytes that are added next; `unlisted` is what is on the disk already in files without a
   * name. @returns why there is none, or undefined if there is
   */
  async take(bytes: number, unlisted = 0): Promise<string | undefined> {
    const { folder, limit, given } = this.#options;
    if (this.#left < bytes) {
      const free = -await this.excess(bytes + unlisted);
      this.#left = Math.min(free, limit * SLICE) + bytes;
      if (free < 0) {
        this.#left = 0;
        return `The decoded images in "${folder}" have reached ${mib(limit)} (data.cache_limit=${given}); ` +
          "raise it, or let deno task clean remove some";
      }
    }
    this.#left -= bytes;
    return undefined;
  }

  /** Removes what it may, then gives how much is above the limit with `more` bytes; negative where it is below. */
  async excess(more = 0): Promise<number> {
    const { folder, limit, own } = this.#options;
    const files = await this.#host.filesBelow(folder).catch(unlessUnreadable) ?? [];
    const others = files.filter(({ path }) => path !== own && PICTURES.test(path));
    let excess = files.reduce((sum, { bytes }) => sum + bytes, more) - limit;
    for (const file of others.sort((a, b) => a.modified - b.modified)) {
      if (excess <= 0) break;
      if (await this.#remove(file)) excess -= file.bytes;
    }
    return excess;
  }

  /** Removes what was added to this run's own file first, where the folder is above the limit all the same. */
  async fit(log: PictureLog): Promise<void> {
    const excess = log.isOurs ? await this.excess() : 0;
    if (excess <= 0) return;
    const removed = await log.keepNewest(log.size - excess).catch(unlessRefused);
    if (!removed) return;
    const { own, limit, given } = this.#options;
    this.#host.print(
      `  note: removed the oldest ${counted(removed, "image")} from "${own}": ` +
        `all decoded images may take ${mib(limit)} (data.cache_limit=${given})`,
    );
  }

  /** Removes a file, unless a process uses it. */
  async #remove({ path, bytes, modified }: DiskFile): Promise<boolean> {
    const lock = await this.#host.tryLock(path, "removes it").catch(unlessRefused);
    if (!lock?.isOurs) return false;
    try {
      await this.#host.folderStore(path).remove("");
    } catch (error) {
      return unlessRefused(error) ?? false;
    } finally {
      await lock.release();
    }
    this.#host.print(
      `  note: removed the decoded images in "${path}" (${mib(bytes)}, last used ${day(modified)}): ` +
        `all of them may take ${mib(this.#options.limit)} (data.cache_limit=${this.#options.given})`,
    );
    return true;
  }
}

/** For a folder that cannot be looked into. */
export function unlessUnreadable(error: unknown): undefined {
  if (!(error instanceof DataError)) throw error;
}

/** For what the disk or its rights refuse. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof FileError)) throw error;
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
