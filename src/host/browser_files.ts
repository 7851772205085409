/** The files that a user gives to a page. */
import type { ByteSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { readZipEntry, zipTree } from "../data/files/archive.ts";
import { foldersOf } from "../data/files/memory_tree.ts";
import { compareCodePoints } from "../data/files/paths.ts";
import type { FilePlace, FileTree } from "../data/types.ts";

/** Random access to a Blob, such as a dropped file. */
export function blobSource(blob: Blob, name: string): ByteSource {
  const read = async (offset: number, length: number) =>
    new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
  return { name, size: blob.size, read };
}

/** Opens a dropped .zip file as a dataset's root. @throws DataError like {@link zipTree} */
export function openZip(file: File): Promise<FileTree> {
  return zipTree(blobSource(file, file.name), { origin: file });
}

/** The folder chosen through `<input type="file" webkitdirectory>`, as a dataset's root. */
export function folderTree(files: Iterable<File>): FileTree {
  const all = [...files];
  const name = all[0]?.webkitRelativePath.split("/")[0] || "folder";
  const byPath = new Map(all.map((file) => [file.webkitRelativePath.slice(name.length + 1), file]));
  const paths = [...byPath.keys()].sort(compareCodePoints);
  const find = (path: string) => {
    const file = byPath.get(path);
    if (file) return file;
    throw new DataError(`Cannot read "${path}": "${name}" has no such file`);
  };
  return {
    name,
    paths: () => Promise.resolve(paths),
    folders: () => Promise.resolve(foldersOf(paths)),
    read: async (path) => new Uint8Array(await find(path).arrayBuffer()),
    place: (path) => ({ source: find(path), name }),
  };
}

/** Reads a {@link FilePlace} of {@link openZip} or {@link folderTree}, on any thread. */
export async function readPlace({ source, name, entry }: FilePlace): Promise<Uint8Array> {
  if (typeof source === "string") {
    throw new TypeError(`Cannot read "${source}": a page has files but no paths`);
  }
  return entry
    ? await readZipEntry(blobSource(source, name), entry)
    : new Uint8Array(await source.arrayBuffer());
}
