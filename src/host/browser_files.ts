/** The files that a user gives to a page. */
import { blobSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { readMember } from "../data/files/archives/member.ts";
import { archiveTree } from "../data/files/archives/tree.ts";
import { foldersOf } from "../data/files/memory_tree.ts";
import { compareCodePoints } from "../data/files/paths.ts";
import { END_BYTES, type FilePlace, type FileTree } from "../data/types.ts";

/** Opens a dropped archive as a dataset's root. @throws DataError like {@link archiveTree} */
export function openArchive(file: File): Promise<FileTree> {
  return archiveTree({ source: blobSource(file, file.name), origin: file });
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
    head: async (path, length) => {
      const file = find(path);
      const part = async (from: number, to?: number) =>
        new Uint8Array(await file.slice(from, to).arrayBuffer());
      return {
        bytes: await part(0, length),
        end: await part(Math.max(0, file.size - END_BYTES)),
        size: file.size,
      };
    },
    place: (path) => ({ source: find(path), name }),
  };
}

/** Reads a {@link FilePlace} of {@link openArchive} or {@link folderTree}, on any thread. */
export async function readPlace({ source, name, part, entry }: FilePlace): Promise<Uint8Array> {
  if (typeof source === "string") {
    throw new TypeError(`Cannot read "${source}": a page has files but no paths`);
  }
  const member = { part: part ?? { offset: 0, size: source.size }, ...(entry && { entry }) };
  return await readMember(blobSource(source, name), member);
}
