/** Files of decoded images in memory, and disks that refuse them. */
import { assert } from "@std/assert";
import { concatBytes } from "../../../src/base/bytes.ts";
import { FileError } from "../../../src/base/errors.ts";
import type { GrowingFile } from "../../../src/data/decode/picture_log.ts";

/** What a disk in memory may do. */
export interface DiskOptions {
  readonly isOurs?: boolean;
  /** Bytes that fit. */
  readonly room?: number;
  readonly fault?: FileError;
}

/** What a disk without room says. */
export const FULL = 'Cannot write "x.pictures": the disk is full; free some space';

/** A file in memory. */
export function fileOf(
  bytes: Uint8Array = new Uint8Array(0),
  { isOurs = true, room = Infinity, fault }: DiskOptions = {},
): GrowingFile & { bytes: Uint8Array } {
  return {
    name: "x.pictures",
    heldBy: isOurs ? undefined : "process 7",
    fault,
    bytes,
    get size() {
      return this.bytes.length;
    },
    read(offset, length) {
      assert(offset + length <= this.bytes.length, `reads ${length} bytes at ${offset}`);
      return Promise.resolve(this.bytes.slice(offset, offset + length));
    },
    append(more) {
      assert(isOurs && !fault);
      if (this.bytes.length + more.length > room) return Promise.reject(new FileError(FULL));
      const all = new Uint8Array(this.bytes.length + more.length);
      all.set(this.bytes);
      all.set(more, this.bytes.length);
      this.bytes = all;
      return Promise.resolve();
    },
    truncate(size) {
      assert(isOurs && !fault);
      this.bytes = this.bytes.slice(0, size);
      return Promise.resolve();
    },
    rewrite(parts) {
      assert(isOurs && !fault);
      this.bytes = concatBytes(parts.map(({ offset, length }) => this.bytes.slice(offset, offset + length)));
      return Promise.resolve();
    },
    close() {},
  };
}
