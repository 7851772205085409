/**
 * Where decoded images are cached: nowhere, in memory, or in a file (picture_log.ts). `auto` caches in memory up to a
 * budget and then moves everything to the file. Images in the file are keyed by the content they were decoded from,
 * so renamed files and other datasets reuse them and changed files do not.
 */
import type { PictureLog, StoredPicture } from "./picture_log.ts";
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

/** Images by the path of their file. */
export class PictureCache {
  readonly #options: CacheOptions;
  readonly #ram = new Map<string, Picture>();
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
  async adopt(path: string, digest: string): Promise<StoredPicture | undefined> {
    const size = this.#logWith(digest)?.sizeOf(digest);
    if (!size) return undefined;
    this.#digests.set(path, digest);
    if (!this.#inMemory) return size;
    const picture = await this.#logWith(digest)!.read(digest);
    if (picture) await this.keep(path, picture, digest);
    return picture && size;
  }

  /** Stores the image of a file. The digest is required if the cache is {@link byContent}. */
  async keep(path: string, picture: Picture, digest?: string): Promise<void> {
    if (this.#options.kind === "none" || this.#isClosed) return;
    if (digest !== undefined) this.#digests.set(path, digest);
    if (!this.#inMemory) return await this.#addToLog(digest!, picture);
    const { kind, budget = Infinity } = this.#options;
    this.#bytes += picture.data.byteLength - (this.#ram.get(path)?.data.byteLength ?? 0);
    this.#ram.set(path, picture);
    if (kind === "auto" && this.#bytes > budget) await (this.#move ??= this.#moveToLog());
  }

  /** The image of a file, or undefined if it is not cached. */
  async find(path: string): Promise<Picture | undefined> {
    const digest = this.#digests.get(path);
    const picture = this.#ram.get(path) ??
      (digest === undefined ? undefined : await this.#logWith(digest)?.read(digest));
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

  #logWith(digest: string): PictureLog | undefined {
    return this.#logs.find((log) => log.sizeOf(digest));
  }

  async #addToLog(digest: string, picture: Picture): Promise<void> {
    if (this.#logWith(digest)) return;
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
    for (const [path, picture] of this.#ram) {
      await this.#addToLog(this.#digests.get(path)!, picture);
      this.#ram.delete(path);
    }
    this.#bytes = 0;
  }
}
