/**
 * Where decoded images are cached: nowhere, in memory, or in a file (picture_log.ts). `auto` caches in memory up to a
 * budget and then moves everything to the file. Images in the file are keyed by the content they were decoded from,
 * so renamed files and other datasets reuse them and changed files do not. A disk that fails or is full costs time, but
 * ends no run.
 */
import type { StoredPicture } from "./picture_log.ts";
import { type LogsOptions, PictureLogs } from "./picture_logs.ts";
import type { Reduction } from "../transforms/reduction.ts";
import type { Picture } from "../types.ts";

/** The values of `data.cache`. */
export type CacheKind = "none" | "ram" | "disk" | "auto";

/** Options of {@link PictureCache.open}. */
export interface CacheOptions {
  readonly kind: CacheKind;
  /** Bytes of images that `auto` may hold in memory. */
  readonly budget?: number;
  /** True if the file holds images of earlier runs; `auto` then starts with the file. */
  readonly hasLog?: boolean;
  /** The files of `disk` and `auto`. */
  readonly logs?: LogsOptions;
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
  /** Bytes that may be held in memory. */
  readonly #budget: number;
  readonly #ram = new Map<string, KeptPicture>();
  readonly #digests = new Map<string, string>();
  /** Undefined where images stay in memory. */
  readonly #logs: PictureLogs | undefined;
  #inMemory: boolean;
  #bytes = 0;
  #move: Promise<void> | undefined;
  #isClosed = false;
  /** Number of lookups that found an image, and that did not. */
  hits = 0;
  misses = 0;

  private constructor(options: CacheOptions) {
    const { kind, budget = Infinity, logs } = options;
    this.#budget = kind === "auto" ? budget : Infinity;
    this.#logs = kind === "disk" || kind === "auto" ? new PictureLogs(logs!) : undefined;
    this.#inMemory = kind === "ram" || kind === "auto";
  }

  /** Opens an empty cache; nothing is loaded into memory. */
  static async open(options: CacheOptions): Promise<PictureCache> {
    const cache = new PictureCache(options);
    const opens = options.kind === "disk" || (options.kind === "auto" && options.hasLog);
    if (opens) await cache.#logs!.open();
    return cache;
  }

  /** Where images are cached now: `auto` resolves to one of the others. */
  get kind(): Exclude<CacheKind, "auto"> {
    if (this.#inMemory) return "ram";
    return this.#logs?.isOpen ? "disk" : "none";
  }

  /** Where images of so many bytes will be cached once all of them are. */
  kindFor(bytes: number): Exclude<CacheKind, "auto"> {
    return this.#inMemory && bytes > this.#budget && !this.#logs?.isFull ? "disk" : this.kind;
  }

  /** True if files must be hashed as they are read. */
  get byContent(): boolean {
    return this.#logs !== undefined && this.kind !== "none";
  }

  /** True if the file holds images, so that a hash alone may save decoding. */
  get hasEarlier(): boolean {
    return (this.#logs?.count ?? 0) > 0;
  }

  /** Reuses an image that was decoded from the same bytes. Returns what is known of it, or undefined if there is none. */
  async adopt(
    path: string,
    digest: string,
    reduction?: Reduction,
  ): Promise<StoredPicture | undefined> {
    const log = this.#logs?.with(digest, reduction), size = log?.sizeOf(digest, reduction);
    if (!size) return undefined;
    this.#digests.set(path, digest);
    if (!this.#inMemory) return size;
    const picture = await log!.read(digest, reduction);
    if (picture) await this.keep(path, picture, { digest, reduction });
    return picture && size;
  }

  /** Stores the image of a file. The digest is required if the cache is {@link byContent}. */
  async keep(path: string, picture: Picture, { digest, reduction }: KeptAs = {}): Promise<void> {
    if (this.#isClosed || this.kind === "none") return;
    if (digest !== undefined) this.#digests.set(path, digest);
    if (!this.#inMemory) return void await this.#logs!.add(digest!, picture, reduction);
    const key = keyOf(path, reduction);
    const bytes = this.#bytes + picture.data.byteLength - (this.#ram.get(key)?.picture.data.byteLength ?? 0);
    if (bytes > this.#budget && this.#logs?.isFull) return;
    this.#bytes = bytes;
    this.#ram.set(key, { path, picture, reduction });
    if (bytes > this.#budget) await (this.#move ??= this.#moveToLog());
  }

  /** The image of a file, or undefined if it is not cached. */
  async find(path: string, reduction?: Reduction): Promise<Picture | undefined> {
    const digest = this.#digests.get(path);
    const picture = this.#ram.get(keyOf(path, reduction))?.picture ??
      (digest === undefined ? undefined : await this.#logs?.with(digest, reduction)?.read(digest, reduction));
    if (picture) this.hits++;
    else this.misses++;
    return picture;
  }

  /** What is still being decoded is no longer kept. */
  close(): void {
    this.#isClosed = true;
    this.#logs?.close();
    this.#ram.clear();
  }

  /** Moves images that no longer fit into memory to the file, along with all later ones, as far as it takes them. */
  async #moveToLog(): Promise<void> {
    const logs = this.#logs!;
    await logs.open();
    if (logs.isFull) return;
    this.#inMemory = false;
    for (const [key, { path, picture, reduction }] of this.#ram) {
      if (!await logs.add(this.#digests.get(path)!, picture, reduction)) return;
      this.#ram.delete(key);
    }
  }
}

function keyOf(path: string, reduction: Reduction | undefined): string {
  return reduction === undefined
    ? path
    : `${reduction.side}${reduction.stretched ? " stretched" : ""}: ${path}`;
}
