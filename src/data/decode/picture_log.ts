/**
 * Decoded images in one file, keyed by the hash of what they were decoded from and by their size. The file is append-only: a line that
 * names format and decoder, then records of a header and raw RGB. There is no separate index to keep in sync; the
 * headers are walked when the file is opened. A killed run leaves at most one partial record at the end, which is
 * then truncated; a checksum of each header and each image detects other damage.
 *
 * A header is 48 bytes, little-endian: "WGPX", width, height, CRC-32 of the pixels (32 bits each), the digest (16
 * bytes), the image's `assumedBits` or 0, the width and height in which it was decoded, CRC-32 of all preceding bytes.
 */
import { DataError, type FileError } from "../../base/errors.ts";
import { crc32 } from "../../base/crc32.ts";
import type { Size } from "../transforms/operation.ts";
import { reducedSize, type Reduction } from "../transforms/reduction.ts";
import type { Picture } from "../types.ts";

/** A file with random reads and appending writes, provided by the host. */
export interface GrowingFile {
  /** Its name in messages. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The other process that writes to it, if there is one: the file may grow and must not be written to. */
  readonly heldBy: string | undefined;
  /** Why it can only be read, where the disk is the cause. */
  readonly fault: FileError | undefined;
  /** Exactly `length` bytes from `offset`, which must be inside the file; reads may overlap. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Appends all of it or, where that fails, nothing. @throws FileError */
  append(bytes: Uint8Array): Promise<void>;
  /** Replaces the file by one of these parts of it. Who has the old one open goes on reading that. @throws FileError */
  rewrite(parts: readonly { readonly offset: number; readonly length: number }[]): Promise<void>;
  /** Truncates the file. @throws FileError */
  truncate(size: number): Promise<void>;
  close(): void;
}

interface Entry extends StoredPicture {
  readonly crc32: number;
  readonly offset: number;
  isChecked: boolean;
}

/** What is known of an image without reading its pixels. */
export type StoredPicture = Omit<Picture, "data">;

const MAGIC = 0x58504757, HEADER = 48, DIGEST = 16, ASSUMED = 32, ORIGINAL = 36;
const VERSION = "wgrad pictures 2";
/** Headers of small images are read many at a time. */
const WINDOW = 2 ** 16;

/** Bytes that an image takes in the file. */
export function recordBytes({ data }: Pick<Picture, "data">): number {
  return HEADER + data.length;
}

/** Images in a {@link GrowingFile}. */
export class PictureLog {
  readonly #file: GrowingFile;
  readonly #say: (text: string) => void;
  /** By digest: one for each size. */
  readonly #entries = new Map<string, Entry[]>();
  #count = 0;
  /** Where the first record is. */
  #start = 0;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: GrowingFile, say: (text: string) => void) {
    this.#file = file;
    this.#say = say;
  }

  /**
   * Opens a file of images. `decoder` names the decoder and its version; images of any other are not used. A damaged
   * tail is truncated if the file is ours, and reported through `say`.
   * @throws FileError, and closes the file, if it is new or damaged and cannot be written
   */
  static async open(file: GrowingFile, decoder: string, say: (text: string) => void): Promise<PictureLog> {
    const log = new PictureLog(file, say);
    try {
      await log.#open(decoder);
      return log;
    } catch (error) {
      log.close();
      throw error;
    }
  }

  async #open(decoder: string): Promise<void> {
    const file = this.#file;
    const line = new TextEncoder().encode(`${VERSION}, ${decoder}\n`);
    const start = await file.read(0, Math.min(line.length, file.size));
    const isKnown = start.length === line.length && start.every((byte, i) => byte === line[i]);
    this.#start = line.length;
    if (isKnown) await this.#walk();
    else if (this.isOurs) {
      if (file.size > 0) {
        this.#say(`the cache "${file.name}" is damaged or from another decoder: recreating it`);
      }
      await file.truncate(0);
      await file.append(line);
    }
  }

  /** True if images can be added. */
  get isOurs(): boolean {
    return this.#file.heldBy === undefined && this.fault === undefined;
  }

  /** Why images cannot be added, where the disk is the cause. */
  get fault(): FileError | undefined {
    return this.#file.fault;
  }

  /** Of its file, in bytes. */
  get size(): number {
    return this.#file.size;
  }

  /** Number of images. */
  get count(): number {
    return this.#count;
  }

  /** An image, as it is after `reduction`, without its pixels, if it is cached. */
  sizeOf(digest: string, reduction?: Reduction): StoredPicture | undefined {
    return this.#find(digest, reduction);
  }

  /** An image, or undefined if it is missing or found damaged, which is reported. */
  async read(digest: string, reduction?: Reduction): Promise<Picture | undefined> {
    const entry = this.#find(digest, reduction);
    if (!entry) return undefined;
    const { crc32: sum, offset, isChecked, ...stored } = entry, { width, height } = stored;
    const data = await this.#file.read(offset, width * height * 3).catch(unreadable);
    if (data instanceof DataError || (!isChecked && crc32(data) !== sum)) {
      this.#forget(digest, entry);
      const reason = data instanceof DataError ? data.message : "its checksum differs";
      this.#say(`an image in the cache "${this.#file.name}" is damaged (${reason}): decoding it again`);
      return undefined;
    }
    entry.isChecked = true;
    return { ...stored, data };
  }

  /** Adds an image unless it is already there. */
  add(digest: string, { data, ...stored }: Picture): Promise<void> {
    const write = async () => {
      const record = new Uint8Array(HEADER + data.length), view = new DataView(record.buffer);
      const { width, height, assumedBits = 0, original = { width, height } } = stored, sum = crc32(data);
      if (this.#has(digest, { width, height })) return;

      [MAGIC, width, height, sum].forEach((value, i) => view.setUint32(4 * i, value, true));
      record.set(Uint8Array.fromHex(digest), 16);
      view.setUint32(ASSUMED, assumedBits, true);
      view.setUint32(ORIGINAL, original.width, true);
      view.setUint32(ORIGINAL + 4, original.height, true);
      view.setUint32(HEADER - 4, crc32(record.subarray(0, HEADER - 4)), true);
      record.set(data, HEADER);
      const offset = this.#file.size + HEADER;
      await this.#file.append(record);
      this.#remember(digest, { ...stored, crc32: sum, offset, isChecked: true });
    };
    const done = this.#last.then(write);
    this.#last = done.catch(() => {});
    return done;
  }

  /**
   * Keeps the newest images, as many as fit into a file of `bytes`, and replaces the file by one with only them.
   * @returns the number of images that were removed @throws FileError
   */
  async keepNewest(bytes: number): Promise<number> {
    const all = [...this.#entries].flatMap(([digest, entries]) =>
      entries.map((entry) => ({ digest, entry }))
    );
    all.sort((a, b) => a.entry.offset - b.entry.offset);
    const length = ({ width, height }: Size) => HEADER + width * height * 3;
    let size = this.#start, from = all.length;
    while (from > 0 && size + length(all[from - 1].entry) <= bytes) size += length(all[--from].entry);
    const kept = all.slice(from);
    const parts = kept.map(({ entry }) => ({ offset: entry.offset - HEADER, length: length(entry) }));
    await this.#file.rewrite([{ offset: 0, length: this.#start }, ...parts]);
    this.#entries.clear();
    this.#count = 0;
    let at = this.#start;
    for (const { digest, entry } of kept) {
      this.#remember(digest, { ...entry, offset: at + HEADER });
      at += length(entry);
    }
    return from;
  }

  close(): void {
    this.#file.close();
  }

  /** The entry whose size is what `reduction` makes of the image that was decoded. */
  #find(digest: string, reduction: Reduction | undefined): Entry | undefined {
    return this.#entries.get(digest)?.find((entry) => {
      const { width, height, original = { width, height } } = entry;
      return isSize(entry, reduction ? reducedSize(original, reduction) : original);
    });
  }

  #has(digest: string, size: Size): boolean {
    return this.#entries.get(digest)?.some((entry) => isSize(entry, size)) ?? false;
  }

  /** A later image of the same size is there because an earlier one is damaged. */
  #remember(digest: string, entry: Entry): void {
    this.#forget(digest, entry);
    this.#entries.set(digest, [...this.#entries.get(digest) ?? [], entry]);
    this.#count++;
  }

  #forget(digest: string, size: Size): void {
    const all = this.#entries.get(digest) ?? [], others = all.filter((entry) => !isSize(entry, size));
    this.#entries.set(digest, others);
    this.#count -= all.length - others.length;
  }

  /** Reads headers up to the first truncated or damaged one. */
  async #walk(): Promise<void> {
    const { size } = this.#file;
    let window: Uint8Array = new Uint8Array(0), windowAt = 0, ahead = WINDOW;
    for (let at = this.#start; at < size;) {
      if (at + HEADER > windowAt + window.length) {
        window = await this.#file.read(at, Math.min(ahead, size - at));
        windowAt = at;
      }
      const next = this.#enter(window.subarray(at - windowAt, at - windowAt + HEADER), at, size);
      if (next === undefined) return await this.#cut(at);
      ahead = next - at < WINDOW ? WINDOW : HEADER; // for large images read no more than headers
      at = next;
    }
  }

  /** Records a header. Returns the offset of the next one, or undefined if this one is invalid. */
  #enter(header: Uint8Array, at: number, size: number): number | undefined {
    if (header.length < HEADER) return undefined;
    const view = new DataView(header.buffer, header.byteOffset);
    const [magic, width, height, sum] = [0, 4, 8, 12].map((from) => view.getUint32(from, true));
    const next = at + HEADER + width * height * 3;
    const isWhole = magic === MAGIC && next <= size &&
      view.getUint32(HEADER - 4, true) === crc32(header.subarray(0, HEADER - 4));
    if (!isWhole) return undefined;
    const digest = header.slice(16, 16 + DIGEST).toHex();
    const assumedBits = view.getUint32(ASSUMED, true);
    const original = { width: view.getUint32(ORIGINAL, true), height: view.getUint32(ORIGINAL + 4, true) };
    const isReduced = original.width !== width || original.height !== height;
    this.#remember(digest, {
      width,
      height,
      ...(assumedBits !== 0 && { assumedBits }),
      ...(isReduced && { original }),
      crc32: sum,
      offset: at + HEADER,
      isChecked: false,
    });
    return next;
  }

  async #cut(at: number): Promise<void> {
    if (!this.isOurs) return; // the process writing it is in the middle of a record
    this.#say(
      `the cache "${this.#file.name}" is truncated or damaged after its first ${this.count} images: ` +
        `decoding the others again`,
    );
    await this.#file.truncate(at);
  }
}

function unreadable(error: unknown): DataError {
  if (error instanceof DataError) return error;
  throw error;
}

function isSize(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}
