/**
 * The central directory of a .zip archive, as described in PKWARE's APPNOTE.TXT (sections 4.3 and 4.4), including
 * zip64. Reads only the end of the file and unpacks nothing.
 */
import { archiveError, decodeName, pathOfEntry } from "./archive_entry.ts";
import type { ByteSource } from "./byte_source.ts";

/** One file of an archive. Sizes and offsets are in bytes. */
export interface ZipEntry {
  readonly path: string;
  /** 0 = stored, 8 = deflate; `zip_methods.ts` has those that are read. */
  readonly method: number;
  readonly crc32: number;
  readonly packedSize: number;
  readonly size: number;
  /** Offset of the entry's local header. */
  readonly offset: number;
}

/** The contents of a central directory: files by path, folders with entries of their own, and symbolic links. */
export interface ZipDirectory {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly folders: readonly string[];
  readonly links: readonly string[];
}

const END = 0x06054b50, END_SIZE = 22, MAX_COMMENT = 65535;
const END64_LOCATOR = 0x07064b50, END64_LOCATOR_SIZE = 20;
const END64 = 0x06064b50, END64_SIZE = 56;
const ENTRY = 0x02014b50, ENTRY_SIZE = 46;
const MAX16 = 0xffff, MAX32 = 0xffffffff;
const UNIX = 3, SYMLINK = 0o120000, FILE_TYPE = 0o170000;

/** True if there is the end of a .zip, whatever is before it. */
export async function hasZipEnd(source: ByteSource): Promise<boolean> {
  return await findEnd(source) !== undefined;
}

/**
 * Reads the central directory of `source`. If a name occurs twice, the last entry counts. Bytes in front of the
 * archive, such as a program that unpacks it, may be counted in its offsets or not.
 *
 * @throws DataError if it is not a .zip file, is truncated, spans several disks, is encrypted, or contains a path that
 * is absolute or climbs with ".."
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipDirectory> {
  const end = await readEnd(source), front = await bytesInFront(source, end);
  if (front < 0 || front + end.offset + end.size > source.size) {
    throw archiveError(source, "it is truncated or damaged; copy it again");
  }
  const bytes = await source.read(front + end.offset, end.size);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  const folders: string[] = [], links: string[] = [];
  let at = 0;
  for (let i = 0; i < end.count; i++) {
    if (at + ENTRY_SIZE > bytes.length || view.getUint32(at, true) !== ENTRY) {
      throw archiveError(source, `its directory is damaged at entry ${i + 1} of ${end.count}; copy it again`);
    }
    const { entry, isFolder, isLink, next } = readEntry(source, bytes, view, at);
    if (isLink) links.push(entry.path);
    else if (isFolder) folders.push(entry.path);
    else if (entry.path !== "") entries.set(entry.path, { ...entry, offset: front + entry.offset });
    at = next;
  }
  return { entries, folders: folders.filter((folder) => folder !== ""), links };
}

/** The record that says where the directory is. */
interface End {
  /** Where the record itself starts in the source. */
  readonly at: number;
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

/** How many bytes in front of the archive its offsets do not count: the directory ends where the record starts. */
async function bytesInFront(source: ByteSource, { at, count, size, offset }: End): Promise<number> {
  const front = at - size - offset;
  if (count === 0 || front <= 0) return front;
  const isThere = viewOf(await source.read(offset + front, 4)).getUint32(0, true) === ENTRY;
  return isThere ? front : 0; // else something is between the directory and the record
}

async function findEnd(source: ByteSource): Promise<{ view: DataView; at: number } | undefined> {
  const size = Math.min(source.size, END_SIZE + MAX_COMMENT), start = source.size - size;
  const view = viewOf(await source.read(start, size));
  for (let at = size - END_SIZE; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_SIZE + view.getUint16(at + 20, true) > size) continue;
    return { view: new DataView(view.buffer, view.byteOffset + at, END_SIZE), at: start + at };
  }
}

async function readEnd(source: ByteSource): Promise<End> {
  const { view, at } = await findEnd(source) ?? {};
  if (view === undefined) throw archiveError(source, "it is not a .zip file, or is truncated");
  const end = {
    at: at!,
    count: view.getUint16(10, true),
    size: view.getUint32(12, true),
    offset: view.getUint32(16, true),
  };
  if (end.count === MAX16 || end.size === MAX32 || end.offset === MAX32) {
    return (await readEnd64(source, end.at)) ?? end;
  }
  if (view.getUint16(4, true) !== view.getUint16(6, true)) {
    throw archiveError(source, "it is one part of several; join them first");
  }
  return end;
}

async function readEnd64(source: ByteSource, endAt: number): Promise<End | undefined> {
  if (endAt < END64_LOCATOR_SIZE) return undefined;
  const locator = viewOf(await source.read(endAt - END64_LOCATOR_SIZE, END64_LOCATOR_SIZE));
  if (locator.getUint32(0, true) !== END64_LOCATOR) return undefined;
  const given = readUint64(source, locator, 8), usual = endAt - END64_LOCATOR_SIZE - END64_SIZE;
  if (given + END64_SIZE > source.size) {
    throw archiveError(source, "its zip64 directory is beyond the end of the file; copy it again");
  }
  // They differ where bytes are in front of the archive.
  for (const at of [given, usual].filter((at) => at >= 0)) {
    const view = viewOf(await source.read(at, END64_SIZE));
    if (view.getUint32(0, true) === END64) return end64Of(source, view, at);
  }
  throw archiveError(source, "its zip64 directory is damaged; copy it again");
}

function end64Of(source: ByteSource, view: DataView, at: number): End {
  return {
    at,
    count: readUint64(source, view, 32),
    size: readUint64(source, view, 40),
    offset: readUint64(source, view, 48),
  };
}

function readEntry(source: ByteSource, bytes: Uint8Array, view: DataView, at: number) {
  const nameEnd = at + ENTRY_SIZE + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > bytes.length) throw archiveError(source, "its directory is truncated; copy it again");
  const rawName = decodeName(bytes.subarray(at + ENTRY_SIZE, nameEnd));
  const path = pathOfEntry(source, rawName, /[/\\]/);
  const flags = view.getUint16(at + 8, true);
  if (flags & 1) {
    throw archiveError(source, `"${rawName}" is encrypted; repack it without a password`);
  }
  const sizes = readSizes(source, view, at, nameEnd, extraEnd);
  const entry = {
    path,
    method: view.getUint16(at + 10, true),
    crc32: view.getUint32(at + 16, true),
    ...sizes,
  };
  const unixMode = view.getUint8(at + 5) === UNIX ? view.getUint32(at + 38, true) >>> 16 : 0;
  const isFolder = /[/\\]$/.test(rawName);
  return { entry, isFolder, isLink: (unixMode & FILE_TYPE) === SYMLINK, next };
}

function readSizes(source: ByteSource, view: DataView, at: number, extraStart: number, extraEnd: number) {
  const sizes = {
    size: view.getUint32(at + 24, true),
    packedSize: view.getUint32(at + 20, true),
    offset: view.getUint32(at + 42, true),
  };
  for (let field = extraStart; field + 4 <= extraEnd;) {
    const fieldEnd = field + 4 + view.getUint16(field + 2, true);
    if (view.getUint16(field, true) === 1) { // zip64: contains only the values that did not fit, in this order
      let value = field + 4;
      for (const key of ["size", "packedSize", "offset"] as const) {
        if (sizes[key] !== MAX32 || value + 8 > Math.min(fieldEnd, extraEnd)) continue;
        sizes[key] = readUint64(source, view, value);
        value += 8;
      }
    }
    field = fieldEnd;
  }
  return sizes;
}

function readUint64(source: ByteSource, view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw archiveError(source, "its zip64 directory is damaged; copy it again");
  }
  return Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
