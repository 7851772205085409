/**
 * A .zip archive as a FileTree. Files are read individually through the central directory, so a large archive is
 * never unpacked as a whole, neither into memory nor to disk.
 */
import { inflateSync } from "fflate";
import type { ByteSource } from "../../base/byte_source.ts";
import { DataError, messageOf } from "../../base/errors.ts";
import { readZipDirectory, type ZipEntry } from "../../base/zip_directory.ts";
import { crc32 } from "../../base/crc32.ts";
import { foldersOf } from "./memory_tree.ts";
import { compareCodePoints } from "./paths.ts";
import type { FilePlace, FileTree } from "../types.ts";

/** Limits on unpacked sizes, so that a forged archive cannot exhaust memory. */
export interface ZipLimits {
  /** Bytes of one unpacked file. */
  readonly maxFileBytes: number;
  /** Ratio of unpacked to packed size of one file; files up to 1 MiB are exempt. */
  readonly maxRatio: number;
}

const LIMITS: ZipLimits = { maxFileBytes: 256 * 2 ** 20, maxRatio: 200 };
const RATIO_FREE_BYTES = 2 ** 20;
const LOCAL_SIZE = 30, LOCAL = 0x04034b50;
/** A local header may have other extra fields than the directory; this much is read along with it. */
const EXTRA_GUESS = 128;
const STORED = 0, DEFLATE = 8;

/** How to open an archive. */
export interface ZipOptions extends Partial<ZipLimits> {
  /** What a worker can open the archive from: its path on disk, or a file object in a browser. */
  readonly origin?: string | Blob;
}

/**
 * Opens a .zip archive: stored and deflated files, UTF-8 names, zip64.
 *
 * @throws DataError for what {@link readZipDirectory} rejects; `read` throws a DataError if a file is missing, uses
 * another compression method, exceeds the limits, or does not match its checksum
 */
export async function zipTree(source: ByteSource, options: ZipOptions = {}): Promise<FileTree> {
  const { origin, ...limits } = options;
  const { entries, folders } = await readZipDirectory(source);
  const paths = [...entries.keys()].sort(compareCodePoints);
  const find = (path: string) => {
    const entry = entries.get(path);
    if (entry !== undefined) return entry;
    throw new DataError(`Cannot read "${path}": "${source.name}" has no such file`);
  };
  const { name, size } = source;
  const place = (path: string): FilePlace => ({ source: origin!, name, size, entry: find(path) });
  return {
    name,
    paths: () => Promise.resolve(paths),
    folders: () => Promise.resolve(foldersOf(paths, folders)),
    read: async (path) => await readZipEntry(source, find(path), limits),
    ...(origin === undefined ? {} : { place }),
  };
}

/** The bytes of one file of an archive. @throws DataError like the tree of {@link zipTree} */
export async function readZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  limits: Partial<ZipLimits> = {},
): Promise<Uint8Array> {
  checkLimits(source, entry, { ...LIMITS, ...limits });
  return unpack(source, entry, await readPacked(source, entry));
}

function entryError(source: ByteSource, entry: ZipEntry, reason: string): DataError {
  return new DataError(`Cannot read "${entry.path}" in "${source.name}": ${reason}`);
}

function checkLimits(source: ByteSource, entry: ZipEntry, limits: ZipLimits): void {
  if (entry.size > limits.maxFileBytes) {
    throw entryError(
      source,
      entry,
      `it would unpack to ${entry.size} bytes, allowed: at most ${limits.maxFileBytes}`,
    );
  }
  const ratio = entry.size / Math.max(1, entry.packedSize);
  if (entry.size > RATIO_FREE_BYTES && ratio > limits.maxRatio) {
    const times = Math.round(ratio);
    throw entryError(
      source,
      entry,
      `it would unpack to ${times} times its size, allowed: at most ${limits.maxRatio}`,
    );
  }
}

async function readPacked(source: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  const want = LOCAL_SIZE + entry.path.length * 3 + EXTRA_GUESS + entry.packedSize;
  const head = await source.read(entry.offset, Math.max(0, Math.min(want, source.size - entry.offset)));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < LOCAL_SIZE || view.getUint32(0, true) !== LOCAL) {
    throw entryError(source, entry, "its header is damaged; copy the archive again");
  }
  const start = LOCAL_SIZE + view.getUint16(26, true) + view.getUint16(28, true);
  const end = start + entry.packedSize;
  if (entry.offset + end > source.size) {
    throw entryError(source, entry, "it is truncated; copy the archive again");
  }
  return end <= head.length
    ? head.subarray(start, end)
    : await source.read(entry.offset + start, entry.packedSize);
}

function unpack(source: ByteSource, entry: ZipEntry, packed: Uint8Array): Uint8Array {
  if (entry.method !== STORED && entry.method !== DEFLATE) {
    throw entryError(
      source,
      entry,
      `its compression method must be 0 (stored) or 8 (deflate), current method is ${entry.method}`,
    );
  }
  const bytes = entry.method === STORED ? packed : inflate(source, entry, packed);
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) {
    throw entryError(source, entry, "its checksum does not match; copy the archive again");
  }
  return bytes;
}

function inflate(source: ByteSource, entry: ZipEntry, packed: Uint8Array): Uint8Array {
  try {
    return inflateSync(packed, { out: new Uint8Array(entry.size) });
  } catch (cause) {
    const fault = `its compressed data is damaged (${messageOf(cause)}); copy the archive again`;
    throw entryError(source, entry, fault);
  }
}
