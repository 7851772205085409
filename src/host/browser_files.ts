/** The files that a user gives to a page. */
import { blobSource, type ByteSource, windowed } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";
import { readMember } from "../data/files/archives/member.ts";
import { archiveTree } from "../data/files/archives/tree.ts";
import { foldersOf } from "../data/files/memory_tree.ts";
import { compareCodePoints } from "../data/files/paths.ts";
import { END_BYTES, type FilePlace, type FileTree } from "../data/types.ts";
import { answerOf, brokenOff, servedFiles, type ServedListing, servedSource } from "./browser_served.ts";

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

/** The dataset that the page's own server offers at an address that ends with "/", or undefined if there is none. */
export async function servedTree(address: string): Promise<FileTree | undefined> {
  const response = await answerOf(new URL("listing.json", address).href);
  if (!response.ok) return undefined;
  const listing: ServedListing = await response.json(), { name } = listing;
  const at = (path: string) => new URL(path, address).href;
  if ("size" in listing) {
    const origin = at("archive"), source = servedSource(origin, name, listing.size);
    return await archiveTree({ source: windowed(source, WINDOW), origin });
  }
  const { paths, folders, faults } = listing, numbers = new Map(paths.map((path, i) => [path, i]));
  const place = (path: string) => ({ source: at(`files/${numbers.get(path)}`), name });
  return {
    name,
    paths: () => Promise.resolve(paths),
    folders: () => Promise.resolve(folders),
    faults: () => Promise.resolve(faults),
    read: (path) => readPlace(place(path)),
    place,
  };
}

/** Reads a {@link FilePlace} of a page's trees, on any thread. */
export async function readPlace(place: FilePlace): Promise<Uint8Array> {
  await using reading = readingInOrder([place]);
  return await reading.read(place);
}

/** Bytes of an archive that are read at once, at most. */
const WINDOW = 2 ** 21;

/** Places that are being read. */
export interface Reading extends AsyncDisposable {
  /** The bytes of the next of the places. @throws DataError if they cannot be read */
  read(place: FilePlace): Promise<Uint8Array>;
}

/** Reads places, one after the other, that are mostly in the order of their archive. */
export function readingInOrder(places: readonly FilePlace[]): Reading {
  const windows = new Map<Blob | string, ByteSource>(), served = servedFiles(places.filter(isServedFile));
  const windowOn = ({ source, name }: FilePlace) => {
    const known = windows.get(source);
    if (known !== undefined) return known;
    const whole = typeof source === "string" ? servedSource(source, name) : blobSource(source, name);
    const window = windowed(whole, WINDOW);
    windows.set(source, window);
    return window;
  };
  return {
    async read(place) {
      if (!isServedFile(place)) return await readPart(place, windowOn(place));
      const { value } = await served.next();
      if (value instanceof Uint8Array) return value;
      throw value ?? brokenOff(); // as one before it has said
    },
    [Symbol.asyncDispose]: async () => void await served.return(undefined),
  };
}

/** True for a file of a folder that the server offers; a part of something is that of an archive. */
function isServedFile({ source, part }: FilePlace): boolean {
  return typeof source === "string" && part === undefined;
}

async function readPart({ part, entry }: FilePlace, whole: ByteSource): Promise<Uint8Array> {
  return await readMember(whole, { part: part ?? { offset: 0, size: whole.size }, ...(entry && { entry }) });
}
