/** The files that a user gives to a page. */
import { blobSource, type ByteSource, windowed } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { readMember } from "../data/files/archives/member.ts";
import { archiveTree } from "../data/files/archives/tree.ts";
import { foldersOf } from "../data/files/memory_tree.ts";
import { compareCodePoints } from "../data/files/paths.ts";
import { END_BYTES, type FilePlace, type FileTree } from "../data/types.ts";
import { readServed } from "./browser_served.ts";

/** Opens a dropped archive as a dataset's root. @throws DataError like {@link archiveTree} */
export function openArchive(file: File): Promise<FileTree> {
  return archiveTree({ source: windowed(blobSource(file, file.name), WINDOW), origin: file });
}

/** The folder chosen through `<input type="file" webkitdirectory>`, as a dataset's root. */
export function folderTree(files: Iterable<File>): FileTree {
  const all = [...files];
  const name = all[0]?.webkitRelativePath.split("/")[0] || "folder";
  return filesTree(name, new Map(all.map((file) => [file.webkitRelativePath.slice(name.length + 1), file])));
}

/** Files by their paths, as a dataset's root. */
export function filesTree(name: string, files: ReadonlyMap<string, Blob>): FileTree {
  const paths = [...files.keys()].sort(compareCodePoints);
  const find = (path: string) => {
    const file = files.get(path);
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

/** Reads a {@link FilePlace} of a page's trees, on any thread. */
export function readPlace(place: FilePlace): Promise<Uint8Array> {
  return readFrom(place, blobSource);
}

/** Bytes of an archive that are read at once by {@link placesInOrder}. */
const WINDOW = 2 ** 21;

/** Reads places that are mostly in the order of their archive. */
export function placesInOrder(): (place: FilePlace) => Promise<Uint8Array> {
  const windows = new WeakMap<Blob, ByteSource>();
  return (place) =>
    readFrom(place, (blob, name) => {
      const known = windows.get(blob);
      if (known !== undefined) return known;
      const source = windowed(blobSource(blob, name), WINDOW);
      windows.set(blob, source);
      return source;
    });
}

async function readFrom(
  { source, name, part, entry }: FilePlace,
  open: (blob: Blob, name: string) => ByteSource,
): Promise<Uint8Array> {
  if (typeof source === "string") return await readServed(source);
  const member = { part: part ?? { offset: 0, size: source.size }, ...(entry && { entry }) };
  return await readMember(open(source, name), member);
}
