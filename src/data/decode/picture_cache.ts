/**
 * Where decoded images are cached: nowhere, in memory, or in a file (picture_log.ts). `auto` caches in memory up to a
 * budget and then moves everything to the file. Images in the file are keyed by the content they were decoded from,
 * so renamed files and other datasets reuse them and changed files do not.
 */
import type { PictureLog, StoredPicture } from "./picture_log.ts";
import type { Reduction } from "../transforms/reduction.ts";
import type { Picture } from "../types.ts";

/** The values of `data.cache`. */
export type CacheKind = "none" | "ram" | "disk" | "auto";

/** Options of {@link PictureCache.open}. */
export interface CacheOptions {
  readonly kind: CacheKind;
  /** Bytes of images that `auto` may hold in memory. */
  readonly budget?: number;
  /** Opens the file, for `disk` and `auto`; other processes may share it. */
  readonly openLog?: () => Promise<PictureLog>;
  /** Opens a private file for what cannot be added to the shared one because another process is writing to it. */
  readonly openPrivateLog?: () => Promise<PictureLog>;
  /** True if the file holds images of earlier runs; `auto` then starts with the file. */
  readonly hasLog?: boolean;
}

/** What an image is kept as: the digest of its file, and how it was reduced. */
export interface KeptAs {
  readonly digest?: string | undefined;
  readonly reduction?: Reduction | undefined;
}

interface KeptPicture {
  readonly path: string;
  readonly picture: Picture;
  readonly reduction: Reduction | undefined;
}

/** Images by the path of their file and how they were reduced. */
export class PictureCache {
  readonly #options: CacheOptions;
  readonly #ram = new Map<string, KeptPicture>();
  readonly #digests = new Map<string, string>();
  #logs: PictureLog[] = [];
  #inMemory: boolean;
  #bytes = 0;
  #move: Promise<void> | undefined;
  #opening: Promise<void> | undefined;
  #isClosed = false;
  /** Number of lookups that found an image, and that did not. */
  hits = 0;
  misses = 0;

  private constructor(options: CacheOptions) {
    this.#options = options;
    this.#inMemory = options.kind === "ram" || options.kind === "auto";
  }

  /** Opens an empty cache; nothing is loaded into memory. @throws FileError if the file cannot be used */
  static async open(options: CacheOptions): Promise<PictureCache> {
    const cache = new PictureCache(options);
    if (options.kind === "disk" || (options.kind === "auto" && options.hasLog)) await cache.#openLog();
    return cache;
  }

  /** Where images are cached now: `auto` resolves to one of the others. */
  get kind(): Exclude<CacheKind, "auto"> {
    if (this.#options.kind === "none") return "none";
    return this.#inMemory ? "ram" : "disk";
  }

  /** Where images of so many bytes will be cached once all of them are. */
  kindFor(bytes: number): Exclude<CacheKind, "auto"> {
    const { kind, budget = Infinity } = this.#options;
    return kind === "auto" && bytes > budget ? "disk" : this.kind;
  }

  /** True if files must be hashed as they are read. */
  get byContent(): boolean {
    return this.#options.kind === "disk" || this.#options.kind === "auto";
  }

  /** True if the file holds images, so that a hash alone may save decoding. */
  get hasEarlier(): boolean {
    return this.#logs.some(({ count }) => count > 0);
  }

  /** Reuses an image that was decoded from the same bytes. Returns what is known of it, or undefined if there is none. */
  async adopt(
    path: string,
    digest: string,
    reduction?: Reduction,
  ): Promise<StoredPicture | undefined> {
    const log = this.#logWith(digest, reduction), size = log?.sizeOf(digest, reduction);
    if (!size) return undefined;
    this.#digests.set(path, digest);
    if (!this.#inMemory) return size;
    const picture = await log!.read(digest, reduction);
    if (picture) await this.keep(path, picture, { digest, reduction });
    return picture && size;
  }

  /** Stores the image of a file. The digest is required if the cache is {@link byContent}. */
  async keep(path: string, picture: Picture, { digest, reduction }: KeptAs = {}): Promise<void> {
    if (this.#options.kind === "none" || this.#isClosed) return;
    if (digest !== undefined) this.#digests.set(path, digest);
    if (!this.#inMemory) return await this.#addToLog(digest!, picture, reduction);
    const { kind, budget = Infinity } = this.#options;
    const key = keyOf(path, reduction);
    this.#bytes += picture.data.byteLength - (this.#ram.get(key)?.picture.data.byteLength ?? 0);
    this.#ram.set(key, { path, picture, reduction });
    if (kind === "auto" && this.#bytes > budget) await (this.#move ??= this.#moveToLog());
  }

  /** The image of a file, or undefined if it is not cached. */
  async find(path: string, reduction?: Reduction): Promise<Picture | undefined> {
    const digest = this.#digests.get(path);
    const picture = this.#ram.get(keyOf(path, reduction))?.picture ??
      (digest === undefined ? undefined : await this.#logWith(digest, reduction)?.read(digest, reduction));
    if (picture) this.hits++;
    else this.misses++;
    return picture;
  }

  /** What is still being decoded is no longer kept. */
  close(): void {
    this.#isClosed = true;
    for (const log of this.#logs) log.close();
    this.#logs = [];
    this.#ram.clear();
  }

  async #openLog(): Promise<void> {
    this.#logs.push(await this.#options.openLog!());
  }

  #logWith(digest: string, reduction: Reduction | undefined): PictureLog | undefined {
    return this.#logs.find((log) => log.sizeOf(digest, reduction));
  }

  async #addToLog(digest: string, picture: Picture, reduction: Reduction | undefined): Promise<void> {
    if (this.#logWith(digest, reduction)) return;
    let log = this.#logs.find(({ isOurs }) => isOurs);
    if (!log) {
      await (this.#opening ??= this.#options.openPrivateLog!().then((own) => void this.#logs.push(own)));
      log = this.#logs.find(({ isOurs }) => isOurs)!;
    }
    await log.add(digest, picture);
  }

  /** Moves images that no longer fit into memory to the file, along with all later ones. */
  async #moveToLog(): Promise<void> {
    if (this.#logs.length === 0) await this.#openLog();
    this.#inMemory = false;
    for (const [key, { path, picture, reduction }] of this.#ram) {
      await this.#addToLog(this.#digests.get(path)!, picture, reduction);
      this.#ram.delete(key);
    }
    this.#bytes = 0;
  }
}

function keyOf(path: string, reduction: Reduction | undefined): string {
  return reduction === undefined
    ? path
    : `${reduction.side}${reduction.stretched ? " stretched" : ""}: ${path}`;
}
