/**
 * Decoded images in one file, keyed by the hash of what they were decoded from. The file is append-only: a line that
 * names format and decoder, then records of a header and raw RGB. There is no separate index to keep in sync; the
 * headers are walked when the file is opened. A killed run leaves at most one partial record at the end, which is
 * then truncated; a checksum of each header and each image detects other damage.
 *
 * A header is 40 bytes, little-endian: "WGPX", width, height, CRC-32 of the pixels (32 bits each), the digest (16
 * bytes), the image's `assumedBits` or 0, CRC-32 of all preceding bytes.
 */
import { crc32 } from "../../base/crc32.ts";
import type { Picture } from "../types.ts";

/** A file with random reads and appending writes, provided by the host. */
export interface GrowingFile {
  /** Its name in messages. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The other process that writes to it, if there is one: the file may grow and must not be written to. */
  readonly heldBy: string | undefined;
  /** Exactly `length` bytes from `offset`, which must be inside the file; reads may overlap. */
  read(offset: number, length: number): Promise<Uint8Array>;
  append(bytes: Uint8Array): Promise<void>;
  /** Truncates the file. */
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

const MAGIC = 0x58504757, HEADER = 40, DIGEST = 16, ASSUMED = 32;
const VERSION = "wgrad pictures 1";
/** Headers of small images are read many at a time. */
const WINDOW = 2 ** 16;

/** Images in a {@link GrowingFile}. */
export class PictureLog {
  readonly #file: GrowingFile;
  readonly #say: (text: string) => void;
  readonly #entries = new Map<string, Entry>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: GrowingFile, say: (text: string) => void) {
    this.#file = file;
    this.#say = say;
  }

  /**
   * Opens a file of images. `decoder` names the decoder and its version; images of any other are not used. A damaged
   * tail is truncated if the file is ours, and reported through `say`.
   */
  static async open(file: GrowingFile, decoder: string, say: (text: string) => void): Promise<PictureLog> {
    const log = new PictureLog(file, say);
    const line = new TextEncoder().encode(`${VERSION}, ${decoder}\n`);
    const start = await file.read(0, Math.min(line.length, file.size));
    const isKnown = start.length === line.length && start.every((byte, i) => byte === line[i]);
    if (isKnown) await log.#walk(line.length);
    else if (log.isOurs) {
      if (file.size > 0) say(`the cache "${file.name}" is damaged or from another decoder: recreating it`);
      await file.truncate(0);
      await file.append(line);
    }
    return log;
  }

  /** True if images can be added. */
  get isOurs(): boolean {
    return this.#file.heldBy === undefined;
  }

  /** Number of images. */
  get count(): number {
    return this.#entries.size;
  }

  /** An image without its pixels, if it is cached. */
  sizeOf(digest: string): StoredPicture | undefined {
    return this.#entries.get(digest);
  }

  /** An image, or undefined if it is missing or found damaged, which is reported. */
  async read(digest: string): Promise<Picture | undefined> {
    const entry = this.#entries.get(digest);
    if (!entry) return undefined;
    const { width, height, offset, assumedBits } = entry;
    const data = await this.#file.read(offset, width * height * 3);
    if (!entry.isChecked && crc32(data) !== entry.crc32) {
      this.#entries.delete(digest);
      this.#say(`an image in the cache "${this.#file.name}" is damaged: decoding it again`);
      return undefined;
    }
    entry.isChecked = true;
    return { width, height, data, ...assumedBits === undefined ? {} : { assumedBits } };
  }

  /** Adds an image unless it is already there. */
  add(digest: string, { data, ...stored }: Picture): Promise<void> {
    const write = async () => {
      if (this.#entries.has(digest)) return;
      const record = new Uint8Array(HEADER + data.length), view = new DataView(record.buffer);
      const { width, height, assumedBits = 0 } = stored, sum = crc32(data);
      [MAGIC, width, height, sum].forEach((value, i) => view.setUint32(4 * i, value, true));
      record.set(Uint8Array.fromHex(digest), 16);
      view.setUint32(ASSUMED, assumedBits, true);
      view.setUint32(HEADER - 4, crc32(record.subarray(0, HEADER - 4)), true);
      record.set(data, HEADER);
      const offset = this.#file.size + HEADER;
      await this.#file.append(record);
      this.#entries.set(digest, { ...stored, crc32: sum, offset, isChecked: true });
    };
    const done = this.#last.then(write);
    this.#last = done.catch(() => {});
    return done;
  }

  close(): void {
    this.#file.close();
  }

  /** Reads headers from `start` up to the first truncated or damaged one. */
  async #walk(start: number): Promise<void> {
    const { size } = this.#file;
    let window: Uint8Array = new Uint8Array(0), windowAt = 0, ahead = WINDOW;
    for (let at = start; at < size;) {
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
    const stored = { width, height, ...assumedBits === 0 ? {} : { assumedBits } };
    this.#entries.set(digest, { ...stored, crc32: sum, offset: at + HEADER, isChecked: false });
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
