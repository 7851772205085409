/** Files under Deno: a folder or .zip to read a dataset from, a folder to write into, and safe writes. */
import { statfs } from "node:fs/promises";
import type { ByteSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { temporaryName } from "../base/temporary_name.ts";
import { readZipEntry, zipTree } from "../data/files/archive.ts";
import { compareCodePoints, folderOf, join } from "../data/files/paths.ts";
import type { FilePlace, FileTree, FolderStore, IgnoredFile } from "../data/types.ts";
import { KEPT, makeFolderOf, writing } from "./deno_writing.ts";

const CURE = "check the path";

/**
 * Opens a folder or a .zip file, such as a dataset's root. Messages end with `cure`. Symbolic links in a folder are followed, but never in a cycle.
 * Nothing stays open. Throws a DataError if the path does not exist, is neither a folder nor a .zip, or is not
 * readable.
 */
export async function openTree(path: string, cure: string = CURE): Promise<FileTree> {
  if (path.trim() === "") throw new DataError(`Cannot open "${path}": the path is empty; ${cure}`);
  const info = await explain(path, () => Deno.stat(path), cure);
  if (info.isDirectory) return folderTree(path);
  if (!info.isFile || !/\.zip$/i.test(path)) {
    throw new DataError(`Cannot open "${path}": it is neither a folder nor a .zip file; ${cure}`);
  }
  return zipTree(fileSource(path, info.size), { origin: path });
}

/** Reads a {@link FilePlace} of {@link openTree}, on any thread. @throws DataError */
export function readPlace({ source, size = 0, entry }: FilePlace): Promise<Uint8Array> {
  if (typeof source !== "string") {
    throw new TypeError("Cannot read a Blob: files on disk are named by their path");
  }
  return entry ? readZipEntry(fileSource(source, size), entry) : explain(source, () => Deno.readFile(source));
}

/** Random access to a file. Each read opens the file and runs synchronously, so reads may overlap. */
function fileSource(path: string, size: number): ByteSource {
  const read = (offset: number, length: number) => {
    const bytes = new Uint8Array(length);
    using file = Deno.openSync(path);
    file.seekSync(offset, Deno.SeekMode.Start);
    for (let at = 0; at < length;) {
      const count = file.readSync(bytes.subarray(at));
      if (count === null) throw new DataError(`Cannot read "${path}": it was truncated during the read`);
      at += count;
    }
    return bytes;
  };
  return { name: path, size, read: (offset, length) => explain(path, () => read(offset, length)) };
}

/** Opens a file for random access. @throws DataError if it does not exist or is not readable */
export async function openFile(path: string): Promise<ByteSource> {
  const { isFile, size } = await explain(path, () => Deno.stat(path));
  if (!isFile) throw new DataError(`Cannot open "${path}": it is not a file; ${CURE}`);
  return fileSource(path, size);
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
    place: (path) => ({ source: `${root}/${path}`, name: root }),
  };
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

async function explain<T>(path: string, action: () => T | Promise<T>, cure = CURE): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new DataError(`Cannot open "${path}": it does not exist; ${cure}`, { cause: error });
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
      throw new DataError(`Cannot open "${path}": permission denied (${error.message})`, {
        cause: error,
      });
    }
    throw error;
  }
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
    await writing(to, link, KEPT);
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

/** Appends bytes to a file; creates its folder if it is missing. */
export async function appendBytes(path: string, bytes: Uint8Array): Promise<void> {
  await writing(path, async () => {
    await makeFolderOf(path);
    await Deno.writeFile(path, bytes, { append: true });
  });
}

/** A folder to write into. It need not exist: its parents are created with the first file. */
export function folderStore(root: string): FolderStore {
  const at = (path: string) => path === "" ? root : `${root}/${path}`;
  const unlessMissing = <T>(promise: Promise<T>) =>
    promise.catch((error) => {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return undefined;
      }
      throw error;
    });
  return {
    readText: (path) => unlessMissing(Deno.readTextFile(at(path))),
    exists: async (path) => await unlessMissing(Deno.stat(at(path))) !== undefined,
    names: async (path) =>
      (await unlessMissing(Array.fromAsync(Deno.readDir(at(path)))) ?? []).map(({ name }) => name),
    write: (path, bytes) =>
      writing(at(path), async () => {
        await makeFolderOf(at(path));
        await Deno.writeFile(at(path), bytes);
      }),
    rename: (from, to) => writing(at(to), () => Deno.rename(at(from), at(to))),
    remove: (path) =>
      writing(at(path), async () => {
        await unlessMissing(Deno.remove(at(path), { recursive: true }));
      }),
  };
}
