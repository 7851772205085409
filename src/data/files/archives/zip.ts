/**
 * A .zip archive. Files are read individually through the central directory, so a large archive is never unpacked as a
 * whole, neither into memory nor to disk.
 */
import { archiveError } from "../../../base/archive_entry.ts";
import type { ByteSource, Span } from "../../../base/byte_source.ts";
import { crc32 } from "../../../base/crc32.ts";
import { DataError, messageOf } from "../../../base/errors.ts";
import { readZipDirectory, type ZipEntry } from "../../../base/zip_directory.ts";
import { counted } from "../../words.ts";
import { type Contents, LINK } from "./contents.ts";
import { DEFLATE, inflateHead, methodName, methods } from "./zip_methods.ts";

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

/**
 * What is in a .zip: stored, deflated and Zstandard files, UTF-8 names, zip64.
 *
 * @throws DataError for what {@link readZipDirectory} rejects, and for other compression methods
 */
export async function zipContents(source: ByteSource): Promise<Contents> {
  const { entries, folders, links } = await readZipDirectory(source);
  refuseMethods(source, [...entries.values()]);
  const part = { offset: 0, size: source.size };
  return {
    files: new Map([...entries].map(([path, entry]) => [path, { part, entry }])),
    folders,
    faults: links.map((path) => ({ path, reason: LINK })),
  };
}

/** Unknown methods are known when an archive is opened, so that they end no training late. */
function refuseMethods(source: ByteSource, entries: readonly ZipEntry[]): void {
  const unknown = entries.filter(({ method }) => methods[method] === undefined);
  if (unknown.length === 0) return;
  const names = [...new Set(unknown.map(({ method }) => methodName(method)))].join(" and ");
  const what = `${unknown.length} of its ${counted(entries.length, "file")}, such as "${unknown[0].path}"`;
  throw archiveError(source, `${what}, need ${names}, which is not read here; zip it again with deflate`);
}

/** The bytes of one file of an archive. @throws DataError if it exceeds the limits or does not match its checksum */
export async function readZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  limits: Partial<ZipLimits> = {},
): Promise<Uint8Array> {
  checkLimits(source, entry, { ...LIMITS, ...limits });
  const bytes = entry.size === 0 ? new Uint8Array(0) : await unpack(source, entry);
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) {
    throw entryError(source, entry, "its checksum does not match; copy the archive again");
  }
  return bytes;
}

/**
 * The first `length` bytes of one file, or somewhat fewer; its checksum is not looked at.
 * @throws DataError like {@link readZipEntry}
 */
export async function readZipHead(
  source: ByteSource,
  entry: ZipEntry,
  length: number,
  limits: Partial<ZipLimits> = {},
): Promise<Uint8Array> {
  const { method, size, packedSize } = entry;
  if (method !== DEFLATE) return (await readZipEntry(source, entry, limits)).subarray(0, length);
  checkLimits(source, entry, { ...LIMITS, ...limits });
  const packed = await readPacked(source, entry, Math.min(packedSize, length));
  return await decompressing(source, entry, () => inflateHead(packed, size, length));
}

/** Where the bytes of a file are that is not compressed. @throws DataError like {@link readZipEntry} */
export async function storedPart(
  source: ByteSource,
  entry: ZipEntry,
  limits: Partial<ZipLimits> = {},
): Promise<Span> {
  checkLimits(source, entry, { ...LIMITS, ...limits });
  return await packedPart(source, entry);
}

/** Where an entry's bytes are, as they are stored. @throws DataError if its header is damaged */
export async function packedPart(source: ByteSource, entry: ZipEntry): Promise<Span> {
  const room = Math.max(0, Math.min(LOCAL_SIZE, source.size - entry.offset));
  return partAfter(source, entry, await source.read(entry.offset, room));
}

export function entryError(source: ByteSource, entry: ZipEntry, reason: string): DataError {
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

async function unpack(source: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  const packed = await readPacked(source, entry, entry.packedSize);
  return await decompressing(source, entry, () => methods[entry.method](packed, entry.size));
}

async function decompressing(
  source: ByteSource,
  entry: ZipEntry,
  decompress: () => Uint8Array | Promise<Uint8Array>,
): Promise<Uint8Array> {
  try {
    return await decompress();
  } catch (cause) {
    const fault = `its compressed data is damaged (${messageOf(cause)}); copy the archive again`;
    throw entryError(source, entry, fault);
  }
}

/** Reads header and the first `length` bytes at once, if the header is as long as the directory lets expect. */
async function readPacked(source: ByteSource, entry: ZipEntry, length: number): Promise<Uint8Array> {
  const want = LOCAL_SIZE + entry.path.length * 3 + EXTRA_GUESS + length;
  const head = await source.read(entry.offset, Math.max(0, Math.min(want, source.size - entry.offset)));
  const { offset } = partAfter(source, entry, head);
  const start = offset - entry.offset, end = start + length;
  return end <= head.length ? head.subarray(start, end) : await source.read(offset, length);
}

function partAfter(source: ByteSource, entry: ZipEntry, header: Uint8Array): Span {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length < LOCAL_SIZE || view.getUint32(0, true) !== LOCAL) {
    throw entryError(source, entry, "its header is damaged; copy the archive again");
  }
  const offset = entry.offset + LOCAL_SIZE + view.getUint16(26, true) + view.getUint16(28, true);
  if (offset + entry.packedSize > source.size) {
    throw entryError(source, entry, "it is truncated; copy the archive again");
  }
  return { offset, size: entry.packedSize };
}
