/**
 * Looks at the beginning and the end of every file before the first epoch. That tells what is no image, truncated,
 * misnamed or too large, how much memory the images take, and which files may be copies, at a small part of the cost of
 * decoding. What only shows
 * when a file is decoded is found then (picture_source.ts).
 */
import { crc32 } from "../../base/crc32.ts";
import { reasonOf } from "./decoder.ts";
import { contentFormat, nameFormat } from "./formats.ts";
import {
  cutFault,
  endsWhole,
  headerFault,
  MAX_PIXELS,
  type PictureHeader,
  readHeader,
} from "./picture_header.ts";
import type { Size } from "../transforms/operation.ts";
import { END_BYTES, type FileHead, type FileTree } from "../types.ts";

/** A file that cannot be read, and the reason in one line. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** What the beginnings of files tell. */
export interface ScannedFiles {
  /** Files that are no image, or too large, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Files whose content does not match their extension, with their actual format. */
  readonly belied: ReadonlyMap<string, string>;
  /** Of the first bytes and the size: the same for identical files, and hardly ever for others. */
  readonly probes: ReadonlyMap<string, number>;
  /** The size of each image, as far as its file says; 0 x 0 otherwise. */
  readonly sizes: ReadonlyMap<string, Size>;
}

/** Options of {@link scanFiles}. */
export interface ScanOptions {
  readonly maxPixels?: number;
  /** Files that are read at the same time. */
  readonly parallel?: number;
  /** Called after each file with the number of finished files and the total. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Enough for the size of most images; photos with a preview before it are read once more. */
const HEAD = 4096, LONG_HEAD = 2 ** 18;

/** Reads the beginning of each of `paths`, which are distinct. */
export async function scanFiles(
  tree: FileTree,
  paths: readonly string[],
  { maxPixels = MAX_PIXELS, parallel = 16, onProgress }: ScanOptions = {},
): Promise<ScannedFiles> {
  const unreadable = new Map<string, string>(), belied = new Map<string, string>();
  const probes = new Map<string, number>(), sizes = new Map<string, Size>();
  let next = 0, done = 0;
  const look = async (path: string) => {
    const head = await readHead(tree, path, HEAD);
    const header = await headerOf(tree, path, head);
    probes.set(path, probe(head));
    const format = contentFormat(head.bytes), named = nameFormat(path);
    if (format !== undefined && named !== undefined && format !== named) {
      belied.set(path, `${format} by content`);
    }
    const reason = headerFault(head.bytes, header, maxPixels) ?? await endFault(tree, path, head, header!);
    if (reason !== undefined) unreadable.set(path, reason);
    else sizes.set(path, { width: header!.width, height: header!.height });
  };
  const work = async () => {
    while (next < paths.length) {
      const path = paths[next++];
      await look(path).catch((error) => unreadable.set(path, reasonOf(error)));
      onProgress?.(++done, paths.length);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { unreadable, belied, probes, sizes };
}

/** The first `length` bytes of a file, of which a tree without `head` reads all. */
async function readHead(tree: FileTree, path: string, length: number): Promise<FileHead> {
  if (tree.head) return await tree.head(path, length);
  const bytes = await tree.read(path);
  return { bytes: bytes.subarray(0, length), end: bytes.subarray(-END_BYTES), size: bytes.length };
}

async function headerOf(tree: FileTree, path: string, head: FileHead): Promise<PictureHeader | undefined> {
  const header = readHeader(head.bytes);
  const isCut = header?.width === 0 && head.size > head.bytes.length;
  return isCut ? readHeader((await readHead(tree, path, LONG_HEAD)).bytes) : header;
}

/**
 * Why a file is rejected as truncated. Only if it does not end as whole files do is all of it read: something else may
 * follow the image.
 */
async function endFault(
  tree: FileTree,
  path: string,
  { end }: FileHead,
  header: PictureHeader,
): Promise<string | undefined> {
  if (end === undefined || endsWhole(end, header)) return undefined;
  return cutFault(await tree.read(path), header);
}

/** The checksum of the head, and the size modulo 2 MiB: 53 bits. */
function probe({ bytes, size }: FileHead): number {
  return crc32(bytes) * 2 ** 21 + size % 2 ** 21;
}
