/**
 * The files of a cache: the one that runs share, and a private one for what cannot be added to it because another
 * process is writing to it. Once the disk takes nothing, or the limit is reached, nothing more is added, which is said
 * once.
 */
import { mib } from "../../base/byte_size.ts";
import { FileError } from "../../base/errors.ts";
import type { Reduction } from "../transforms/reduction.ts";
import type { Picture } from "../types.ts";
import { counted } from "../words.ts";
import { type PictureLog, recordBytes } from "./picture_log.ts";

/** Options of {@link PictureLogs}. */
export interface LogsOptions {
  /** Opens the shared file. @throws FileError */
  readonly openLog: () => Promise<PictureLog>;
  /** Opens a private file. @throws FileError */
  readonly openPrivateLog: () => Promise<PictureLog>;
  /**
   * Takes room for so many bytes, before they are added; `unlisted` are those in the private file.
   * @returns why there is none
   */
  readonly take?: (bytes: number, unlisted: number) => Promise<string | undefined>;
  /** Prints a line for the user. */
  readonly say: (text: string) => void;
}

/** Images by the hash of what they were decoded from, in files. */
export class PictureLogs {
  readonly #options: LogsOptions;
  readonly #logs: PictureLog[] = [];
  #opening: Promise<void> | undefined;
  #openingPrivate: Promise<void> | undefined;
  #private: PictureLog | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isFull = false;
  #isClosed = false;

  constructor(options: LogsOptions) {
    this.#options = options;
  }

  /** Opens the shared file, once. */
  open(): Promise<void> {
    return this.#opening ??= this.#open(this.#options.openLog);
  }

  /** True once there is a file to read from. */
  get isOpen(): boolean {
    return this.#logs.length > 0;
  }

  /** True once nothing more is added. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Number of images. */
  get count(): number {
    return this.#logs.reduce((sum, { count }) => sum + count, 0);
  }

  /** The file with an image as it is after `reduction`. */
  with(digest: string, reduction?: Reduction): PictureLog | undefined {
    return this.#logs.find((log) => log.sizeOf(digest, reduction));
  }

  /** Adds an image unless it is there. @returns false if it is not kept */
  add(digest: string, picture: Picture, reduction?: Reduction): Promise<boolean> {
    const done = this.#last.then(() => this.#add(digest, picture, reduction));
    this.#last = done.catch(() => {});
    return done;
  }

  async #add(digest: string, picture: Picture, reduction: Reduction | undefined): Promise<boolean> {
    if (this.with(digest, reduction)) return true;
    const log = await this.#writable();
    if (log === undefined) return false;
    try {
      const reason = await this.#options.take?.(recordBytes(picture), this.#private?.size ?? 0);
      if (reason === undefined) await log.add(digest, picture);
      else this.#stop(reason);
      return reason === undefined;
    } catch (error) {
      this.#stopAfter(error);
      return false;
    }
  }

  close(): void {
    this.#isFull = this.#isClosed = true;
    for (const log of this.#logs.splice(0)) log.close();
  }

  async #writable(): Promise<PictureLog | undefined> {
    await this.open();
    const ours = () => this.#isFull ? undefined : this.#logs.find(({ isOurs }) => isOurs);
    if (!this.#isFull && !ours()) {
      await (this.#openingPrivate ??= this.#open(this.#options.openPrivateLog));
      this.#private = ours();
    }
    return ours();
  }

  async #open(open: () => Promise<PictureLog>): Promise<void> {
    try {
      const log = await open();
      if (this.#isClosed) return log.close();
      this.#logs.push(log);
      if (log.fault) this.#stopAfter(log.fault);
    } catch (error) {
      this.#stopAfter(error);
    }
  }

  /** Adds nothing more after a failure of the disk. Any other error is thrown. */
  #stopAfter(error: unknown): void {
    if (!(error instanceof FileError)) throw error;
    this.#stop(error.message);
  }

  #stop(reason: string): void {
    if (this.#isFull) return;
    this.#isFull = true;
    const bytes = this.#logs.reduce((sum, { size }) => sum + size, 0);
    this.#options.say(
      `${reason}; the run continues, and decodes images that are not cached whenever it needs them ` +
        `(cached on disk: ${counted(this.count, "image")}, ${mib(bytes)})`,
    );
  }
}
