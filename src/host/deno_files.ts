/** Files under Deno: a folder or archive to read a dataset from, a folder to write into, and safe writes. */
import { statfs } from "node:fs/promises";
import { DataError, MissingError } from "../base/errors.ts";
import { temporaryName } from "../base/temporary_name.ts";
import { archiveFormat } from "../data/files/archives/format.ts";
import { readMember } from "../data/files/archives/member.ts";
import { archiveTree } from "../data/files/archives/tree.ts";
import { compareCodePoints, folderOf, join } from "../data/files/paths.ts";
import {
  END_BYTES,
  type FileHead,
  type FilePlace,
  type FileTree,
  type FolderStore,
  type IgnoredFile,
} from "../data/types.ts";
import { keepInFolder, QUIET, type Unpacking } from "./deno_archives.ts";
import { CURE, explain, fileSource, isMissing } from "./deno_file_source.ts";
import { makeFolderOf, replacing, writeAll, writing } from "./deno_writing.ts";

/**
 * Opens a folder or an archive, such as a dataset's root. Messages end with `cure`. Symbolic links in a folder are
 * followed, but never in a cycle. Archives are known by their content; what must be unpacked whole goes into
 * `unpacking`'s folder. Nothing stays open.
 * @throws DataError if the path does not exist, is neither a folder nor an archive, or is not readable
 */
export async function openTree(
  path: string,
  cure: string = CURE,
  unpacking: Unpacking = QUIET,
): Promise<FileTree> {
  if (path.trim() === "") throw new DataError(`Cannot open "${path}": the path is empty; ${cure}`);
  const info = await explain(path, () => Deno.stat(path), cure);
  if (info.isDirectory) return folderTree(path);
  if (info.isFile && info.size === 0) throw new DataError(`Cannot open "${path}": it is empty; ${cure}`);
  const source = info.isFile ? fileSource(path, info.size, info) : undefined;
  if (source === undefined || await archiveFormat(source) === undefined) {
    const what = "neither a folder nor an archive (.zip, .tar, .tar.gz)";
    throw new DataError(`Cannot open "${path}": it is ${what}; ${cure}`);
  }
  return await archiveTree({ source, origin: path }, { keep: keepInFolder(path, info, unpacking) });
}

/** Reads a {@link FilePlace} of {@link openTree}, on any thread. @throws DataError */
export function readPlace({ source, name, part, entry }: FilePlace): Promise<Uint8Array> {
  if (typeof source !== "string") {
    throw new TypeError("Cannot read a Blob: files on disk are named by their path");
  }
  if (part === undefined) return explain(source, () => Deno.readFile(source));
  const whole = { ...fileSource(source, part.offset + part.size), name };
  return readMember(whole, { part, ...(entry && { entry }) });
}

function folderTree(root: string): FileTree {
  let listing: Promise<Walk> | undefined;
  const walked = () => listing ??= explain(root, () => walk(root));
  return {
    name: root,
    paths: async () => (await walked()).files,
    folders: async () => (await walked()).folders,
    faults: async () => (await walked()).faults,
    read: (path) => explain(`${root}/${path}`, () => Deno.readFile(`${root}/${path}`)),
    head: (path, length) => explain(`${root}/${path}`, () => readHead(`${root}/${path}`, length)),
    place: (path) => ({ source: `${root}/${path}`, name: root }),
  };
}

async function readHead(path: string, length: number): Promise<FileHead> {
  using file = await Deno.open(path);
  const bytes = await readUpTo(file, length);
  if (bytes.length < length) return { bytes, end: bytes.subarray(-END_BYTES), size: bytes.length };
  const { size } = await file.stat();
  await file.seek(Math.max(0, size - END_BYTES), Deno.SeekMode.Start);
  return { bytes, end: await readUpTo(file, END_BYTES), size };
}

/** The next `length` bytes of a file, or what is left of it. */
async function readUpTo(file: Deno.FsFile, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let count = 0;
  while (count < length) {
    const read = await file.read(bytes.subarray(count));
    if (read === null) break;
    count += read;
  }
  return bytes.subarray(0, count);
}

/** What is below a folder, each sorted by code point. */
interface Walk {
  readonly files: string[];
  readonly folders: string[];
  readonly faults: IgnoredFile[];
}

/** Lists everything below `root`. Links are followed, but never into a folder above them. */
async function walk(root: string): Promise<Walk> {
  const files: string[] = [], folders: string[] = [], faults: IgnoredFile[] = [];
  const visit = async (folder: string, above: ReadonlySet<string>) => {
    for await (const entry of Deno.readDir(join(root, folder).replace(/\/$/, "") || "/")) {
      const path = join(folder, entry.name);
      const info = entry.isSymlink ? await Deno.stat(`${root}/${path}`).catch(() => undefined) : entry;
      if (info?.isFile) files.push(path);
      else if (info === undefined) faults.push({ path, reason: "a link to nothing" });
      else if (!info.isDirectory) faults.push({ path, reason: "neither a file nor a folder" });
      else await enter(path, above);
    }
  };
  const enter = async (path: string, above: ReadonlySet<string>) => {
    const real = await Deno.realPath(`${root}/${path}`);
    if (above.has(real)) return void faults.push({ path, reason: "a link to a folder above it" });
    try {
      await visit(path, new Set([...above, real]));
      folders.push(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
      faults.push({ path, reason: "no permission to list it" });
    }
  };
  await visit("", new Set([await Deno.realPath(root)]));
  const byPath = (a: IgnoredFile, b: IgnoredFile) => compareCodePoints(a.path, b.path);
  return {
    files: files.sort(compareCodePoints),
    folders: folders.sort(compareCodePoints),
    faults: faults.sort(byPath),
  };
}

/**
 * Atomically gives `to` the content of `from`, replacing what is there, without taking the space again: as a copy that
 * shares its blocks where the file system has such copies, else as a hard link; on another disk as a copy.
 */
export async function linkAtomic(from: string, to: string): Promise<void> {
  const temporary = temporaryName(to);
  const link = async () => {
    await makeFolderOf(to);
    if (await sharesBlocks(folderOf(to) || ".") || !await hardLink(from, temporary)) {
      await Deno.copyFile(from, temporary);
      using file = await Deno.open(temporary, { write: true });
      await file.sync();
    }
    await Deno.rename(temporary, to);
  };
  try {
    await replacing(to, link);
  } finally {
    // Left by a failure, and by the rename of one link of a file to another, which does nothing.
    await Deno.remove(temporary).catch(() => {});
  }
}

/** Returns false where links are not possible: between disks, and on some file systems. */
async function hardLink(from: string, to: string): Promise<boolean> {
  try {
    await Deno.link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw error;
    return false;
  }
}

/** What statfs(2) calls the file systems whose copies share blocks: Btrfs, XFS, ZFS, bcachefs, and APFS. */
const SHARING: readonly number[] = [0x9123683e, 0x58465342, 0x2fc12fc1, 0xca451a4e, 0x1a];

/** True where Deno.copyFile, which asks the system to copy, gives a copy that shares its blocks. */
async function sharesBlocks(folder: string): Promise<boolean> {
  return SHARING.includes(Number((await statfs(folder)).type));
}

/** Appends text to a file; creates its folder if it is missing. */
export function appendText(path: string, text: string): Promise<void> {
  return appendBytes(path, new TextEncoder().encode(text));
}

/**
 * Appends bytes to a file; creates its folder if it is missing. If not all of them can be written, none are, so no part
 * of a line is left for the next one to follow.
 */
export async function appendBytes(path: string, bytes: Uint8Array): Promise<void> {
  await writing(path, async () => {
    await makeFolderOf(path);
    using file = await Deno.open(path, { append: true, create: true });
    const { size } = await file.stat();
    try {
      await writeAll(file, bytes);
    } catch (error) {
      await file.truncate(size).catch(() => {}); // the first error is the one to report
      throw error;
    }
  });
}

/** A folder to write into. It need not exist: its parents are created with the first file. */
export function folderStore(root: string): FolderStore {
  const at = (path: string) => path === "" ? root : `${root}/${path}`;
  const ifThere = <T>(path: string, read: (path: string) => Promise<T>): Promise<T | undefined> =>
    explain(at(path), () => read(at(path))).catch((error) => {
      if (error instanceof MissingError) return undefined;
      throw error;
    });
  return {
    readText: (path) => ifThere(path, Deno.readTextFile),
    exists: async (path) => await ifThere(path, Deno.stat) !== undefined,
    names: async (path) =>
      (await ifThere(path, (folder) => Array.fromAsync(Deno.readDir(folder))) ?? []).map(({ name }) => name),
    write: (path, bytes) =>
      writing(at(path), async () => {
        await makeFolderOf(at(path));
        await Deno.writeFile(at(path), bytes);
      }),
    rename: (from, to) => writing(at(to), () => Deno.rename(at(from), at(to))),
    remove: (path) =>
      writing(at(path), async () => {
        await Deno.remove(at(path), { recursive: true }).catch((error) => {
          if (!isMissing(error)) throw error;
        });
      }),
  };
}
