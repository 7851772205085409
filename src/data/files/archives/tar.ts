/**
 * A .tar as an index of where its files are, made by reading its headers once; the files are then read individually.
 * Long names of pax and GNU tar, hard links to files before them, and several archives one after another (`cat`) are
 * understood. Symbolic links, devices and sparse files are faults.
 */
import { archiveError, decodeName, pathOfEntry } from "../../../base/archive_entry.ts";
import type { ByteSource } from "../../../base/byte_source.ts";
import { type Contents, LINK, type Member } from "./contents.ts";
import { BLOCK, isZero, parsePax, parseTarHeader, type TarHeader } from "./tar_header.ts";

/** So much is read at once: small files and their headers lie close together. */
const READ_AHEAD = 32 * 1024;
/** Longer names and attributes than this are damage. */
const MAX_EXTRA = 2 ** 20;

const NO_END =
  "it is truncated, or was not closed; copy it again, or add its end: head -c 1024 /dev/zero >> FILE";
const HARD_LINK = "a hard link to a file that is not before it in the archive";
const SPARSE = "a sparse file; pack it without --sparse";
const OTHER = "neither a file nor a folder";

/** In a block of a sparse file's map: whether another one follows. */
const SPARSE_MORE = 504;

/** What stands before a header and overrides it, as pax names it. */
type Attributes = ReadonlyMap<string, string>;
const NONE: Attributes = new Map();

/** An entry whose header and what stood before it are read. */
interface Entry extends TarHeader {
  readonly path: string;
  /** Where its content starts. */
  readonly offset: number;
  readonly isSparse: boolean;
}

/** True if a source starts with the header of a .tar. */
export async function isTar(source: ByteSource): Promise<boolean> {
  if (source.size < BLOCK) return false;
  const block = await source.read(0, BLOCK);
  return !isZero(block) && parseTarHeader(block) !== undefined;
}

/**
 * What is in a .tar. If a name occurs twice, the last entry counts.
 * @throws DataError if it is truncated or damaged, one of several volumes, or contains a path that is absolute or
 * climbs with ".."
 */
export async function tarContents(source: ByteSource): Promise<Contents> {
  const files = new Map<string, Member>(), faults = new Map<string, string>(), folders: string[] = [];
  const fault = (path: string, reason: string) => {
    files.delete(path);
    faults.set(path, reason);
  };
  for await (const entry of entriesOf(source)) {
    const { path, type, offset, size } = entry;
    if (path === "") continue;
    if (isFolder(entry)) folders.push(path);
    else if (entry.isSparse) fault(path, SPARSE);
    else if (type === "2") fault(path, LINK);
    else {
      const target = type === "1" ? files.get(pathIn(source, entry.link)) : undefined;
      const member = isFile(type) ? { part: { offset, size } } : target;
      if (member === undefined) fault(path, type === "1" ? HARD_LINK : OTHER);
      else {
        faults.delete(path);
        files.set(path, member);
      }
    }
  }
  return { files, folders, faults: [...faults].map(([path, reason]) => ({ path, reason })) };
}

/** Files, contiguous files, and what POSIX says to take for a file: types without a meaning of their own. */
const isFile = (type: string) => !/[A-Z1-6]/.test(type);
const isFolder = ({ type, name }: TarHeader) => /[5D]/.test(type) || (type === "0" && name.endsWith("/"));

const pathIn = (source: ByteSource, name: string) => pathOfEntry(source, name, /\//);

/** Reads bytes at a position of the archive. */
type Read = (offset: number, length: number) => Promise<Uint8Array>;

async function* entriesOf(source: ByteSource): AsyncGenerator<Entry> {
  const read = readAhead(source);
  let shared = NONE, own = NONE;
  for (let found, at = 0; (found = await nextHeader(source, read, at)) !== undefined;) {
    const { header } = found, attributes = new Map([...shared, ...own]);
    const offset = found.at + BLOCK + await sparseMapSize(source, read, found);
    const size = contentSize(header, attributes);
    if (offset + size > source.size) throw archiveError(source, "it is truncated; copy it again");
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
    if (/[gxXLK]/.test(header.type)) {
      if (size > MAX_EXTRA) throw damaged(source, offset);
      const records = recordsOf(header, await read(offset, size));
      if (records === undefined) throw damaged(source, offset);
      if (header.type === "g") shared = new Map([...shared, ...records]);
      else own = new Map([...own, ...records]);
      continue;
    }
    own = NONE;
    if (header.type === "M") throw archiveError(source, "it is one part of several; join them first");
    if (header.type !== "V") yield { ...entryOf(source, header, attributes), offset, size };
  }
}

/**
 * The first header at or behind `at`. A block of zeros ends an archive; another archive may follow. Without such a block
 * a cut between two files would not be noticed.
 */
async function nextHeader(source: ByteSource, read: Read, at: number): Promise<Found | undefined> {
  let hasEnded = false;
  for (; at + BLOCK <= source.size; at += BLOCK) {
    const block = await read(at, BLOCK);
    if (isZero(block)) hasEnded = true;
    else {
      const header = parseTarHeader(block);
      if (header !== undefined) return { header, at };
      if (!hasEnded) throw damaged(source, at);
    }
  }
  if (!hasEnded) throw archiveError(source, NO_END);
}

interface Found {
  readonly header: TarHeader;
  readonly at: number;
}

/** Bytes of the blocks with the rest of a GNU sparse file's map, which stand between header and content. */
async function sparseMapSize(source: ByteSource, read: Read, { header, at }: Found): Promise<number> {
  let size = 0;
  for (let more = header.type === "S" && header.isExtended; more;) {
    size += BLOCK;
    if (at + size + BLOCK > source.size) throw archiveError(source, "it is truncated; copy it again");
    more = (await read(at + size, BLOCK))[SPARSE_MORE] !== 0;
  }
  return size;
}

/** Links, devices and folders have no content, whatever their header says. */
function contentSize({ type, size }: TarHeader, attributes: Attributes): number {
  if (/[1-6]/.test(type)) return 0;
  const given = /[gxXLK]/.test(type) ? undefined : attributes.get("size");
  return given !== undefined && /^\d{1,15}$/.test(given) ? Number(given) : size;
}

/** What a header before another says about it, in pax's words; undefined if it is damaged. */
function recordsOf({ type }: TarHeader, content: Uint8Array): Attributes | undefined {
  if (/[gxX]/.test(type)) return parsePax(content);
  const zero = content.indexOf(0), name = decodeName(zero < 0 ? content : content.subarray(0, zero));
  return new Map([[type === "L" ? "path" : "linkpath", name]]);
}

function entryOf(source: ByteSource, header: TarHeader, attributes: Attributes) {
  const isSparse = header.type === "S" || [...attributes.keys()].some((key) => key.startsWith("GNU.sparse."));
  const name = attributes.get("GNU.sparse.name") ?? (attributes.get("path") || header.name);
  return {
    ...header,
    name,
    path: pathIn(source, name),
    link: attributes.get("linkpath") || header.link,
    isSparse,
  };
}

function damaged(source: ByteSource, at: number) {
  return archiveError(source, `it is damaged at byte ${at}; copy it again`);
}

/** Reads through a buffer, so that headers close together take one read. */
function readAhead(source: ByteSource): Read {
  let start = 0, buffer: Uint8Array = new Uint8Array(0);
  return async (offset, length) => {
    if (offset < start || offset + length > start + buffer.length) {
      start = offset;
      buffer = await source.read(offset, Math.min(Math.max(length, READ_AHEAD), source.size - offset));
    }
    return buffer.subarray(offset - start, offset - start + length);
  };
}
