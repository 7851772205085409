/**
 * The central directory of a .zip archive, as described in PKWARE's APPNOTE.TXT (sections 4.3 and 4.4), including
 * zip64. Reads only the end of the file and unpacks nothing.
 */
import type { ByteSource } from "./byte_source.ts";
import { DataError } from "./errors.ts";

/** One file of an archive. Sizes and offsets are in bytes. */
export interface ZipEntry {
  readonly path: string;
  /** 0 = stored, 8 = deflate; others are rejected when the entry is read. */
  readonly method: number;
  readonly crc32: number;
  readonly packedSize: number;
  readonly size: number;
  /** Offset of the entry's local header. */
  readonly offset: number;
}

/** The contents of a central directory: files by path, and folders with entries of their own. */
export interface ZipDirectory {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly folders: readonly string[];
}

const END = 0x06054b50, END_SIZE = 22, MAX_COMMENT = 65535;
const END64_LOCATOR = 0x07064b50, END64_LOCATOR_SIZE = 20;
const END64 = 0x06064b50, END64_SIZE = 56;
const ENTRY = 0x02014b50, ENTRY_SIZE = 46;
const MAX16 = 0xffff, MAX32 = 0xffffffff;
const UNIX = 3, SYMLINK = 0o120000, FILE_TYPE = 0o170000;

/** An error about an archive: `Cannot read archive "x.zip": <reason>`. */
function zipError(source: { readonly name: string }, reason: string): DataError {
  return new DataError(`Cannot read archive "${source.name}": ${reason}`);
}

/**
 * Reads the central directory of `source`. If a name occurs twice, the last entry counts.
 *
 * @throws DataError if it is not a .zip file, is truncated, spans several disks, is encrypted, or contains a symbolic
 * link or a path that is absolute or climbs with ".."
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipDirectory> {
  const end = await readEnd(source);
  if (end.offset + end.size > source.size) {
    throw zipError(source, "it is truncated or damaged; copy it again");
  }
  const bytes = await source.read(end.offset, end.size);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  const folders: string[] = [];
  let at = 0;
  for (let i = 0; i < end.count; i++) {
    if (at + ENTRY_SIZE > bytes.length || view.getUint32(at, true) !== ENTRY) {
      throw zipError(source, `its directory is damaged at entry ${i + 1} of ${end.count}; copy it again`);
    }
    const { entry, isFolder, isLink, next } = readEntry(source, bytes, view, at);
    if (isLink) {
      throw zipError(
        source,
        `it contains the symbolic link "${entry.path}"; repack it with the file that the link points to`,
      );
    }
    if (isFolder) folders.push(entry.path);
    else if (entry.path !== "") entries.set(entry.path, entry);
    at = next;
  }
  return { entries, folders: folders.filter((folder) => folder !== "") };
}

interface End {
  count: number;
  size: number;
  offset: number;
}

async function readEnd(source: ByteSource): Promise<End> {
  const tailSize = Math.min(source.size, END_SIZE + MAX_COMMENT);
  const tailStart = source.size - tailSize;
  const view = viewOf(await source.read(tailStart, tailSize));
  for (let at = tailSize - END_SIZE; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + END_SIZE + view.getUint16(at + 20, true) > tailSize) {
      continue;
    }
    const end = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    if (end.count === MAX16 || end.size === MAX32 || end.offset === MAX32) {
      return (await readEnd64(source, tailStart + at)) ?? end;
    }
    if (view.getUint16(at + 4, true) !== view.getUint16(at + 6, true)) {
      throw zipError(source, "it is one part of several; join them first");
    }
    return end;
  }
  throw zipError(source, "it is not a .zip file, or is truncated");
}

async function readEnd64(source: ByteSource, endAt: number): Promise<End | undefined> {
  if (endAt < END64_LOCATOR_SIZE) return undefined;
  const locator = viewOf(await source.read(endAt - END64_LOCATOR_SIZE, END64_LOCATOR_SIZE));
  if (locator.getUint32(0, true) !== END64_LOCATOR) return undefined;
  const at = readUint64(source, locator, 8);
  if (at + END64_SIZE > source.size) {
    throw zipError(source, "its zip64 directory is beyond the end of the file; copy it again");
  }
  const view = viewOf(await source.read(at, END64_SIZE));
  if (view.getUint32(0, true) !== END64) {
    throw zipError(source, "its zip64 directory is damaged; copy it again");
  }
  return {
    count: readUint64(source, view, 32),
    size: readUint64(source, view, 40),
    offset: readUint64(source, view, 48),
  };
}

function readEntry(source: ByteSource, bytes: Uint8Array, view: DataView, at: number) {
  const nameEnd = at + ENTRY_SIZE + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > bytes.length) throw zipError(source, "its directory is truncated; copy it again");
  const rawName = decodeName(bytes.subarray(at + ENTRY_SIZE, nameEnd));
  const path = safePath(source, rawName);
  const flags = view.getUint16(at + 8, true);
  if (flags & 1) {
    throw zipError(source, `"${rawName}" is encrypted; repack it without a password`);
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

/** UTF-8 whether flagged or not, because most tools write it unflagged; otherwise one character for each byte. */
function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

function safePath(source: ByteSource, name: string): string {
  const parts = name.split(/[/\\]/);
  if (parts.includes("..") || /^([/\\]|[a-z]:)/i.test(name) || name.includes("\0")) {
    throw zipError(
      source,
      `it contains the unsafe path ${JSON.stringify(name)}; need relative paths without ".."`,
    );
  }
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}

function readUint64(source: ByteSource, view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw zipError(source, "its zip64 directory is damaged; copy it again");
  }
  return Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
