/** What a user drops or chooses, as a source. */
import { append } from "../../../src/base/lists.ts";
import type { Source } from "../../protocol/source.ts";

type Named = readonly [path: string, file: File];

/** Files that are named in one task. */
const PART = 2000;

/** The files of a file input; those of a folder have paths. */
export async function chosenFiles(files: ArrayLike<File>): Promise<Named[]> {
  const named: Named[] = [];
  for (const [i, file] of Array.from(files).entries()) {
    if (i % PART === PART - 1) await new Promise((resolve) => setTimeout(resolve));
    named.push([file.webkitRelativePath || file.name, file]);
  }
  return named;
}

type PickFolder = () => Promise<FileSystemDirectoryHandle>;

/** The dialog for a folder that gives a handle, where the browser has it. */
export const pickFolder = (globalThis as { showDirectoryPicker?: PickFolder }).showDirectoryPicker;

/** The folder that is chosen in a dialog; undefined if none is. */
export async function chosenFolder(pick: PickFolder): Promise<Source | undefined> {
  try {
    return { kind: "handles", handles: [await pick.call(globalThis)] };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    throw error;
  }
}

/**
 * What was dropped. Handles are listed by the worker; browsers without them list folders here. Everything must be asked
 * of the event before anything is awaited.
 */
export async function droppedSource({ items, files }: DataTransfer): Promise<Source> {
  const dropped = [...items].filter(({ kind }) => kind === "file");
  const loose = [...files];
  const entries = dropped.map((item) => item.webkitGetAsEntry());
  const asked = dropped.map((item) => handleOf(item));
  const handles = (await Promise.all(asked)).filter((handle) => handle !== null);
  if (handles.length > 0 && handles.length === dropped.length) return { kind: "handles", handles };
  const folders = entries.filter((entry) => entry !== null);
  if (folders.length === 0) return { kind: "files", files: await chosenFiles(loose) };
  return { kind: "files", files: (await Promise.all(folders.map((entry) => filesBelow(entry)))).flat() };
}

type WithHandle = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

function handleOf(item: WithHandle): Promise<FileSystemHandle | null> {
  return item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null);
}

/** All files at or below an entry, by path. */
async function filesBelow(entry: FileSystemEntry, above = ""): Promise<Named[]> {
  const path = above === "" ? entry.name : `${above}/${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject)
    );
    return [[path, file]];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Named[] = [];
  for (let some; (some = await nextEntries(reader)).length > 0;) { // a hundred at a time
    for (const below of await Promise.all(some.map((one) => filesBelow(one, path)))) append(found, below);
  }
  return found;
}

function nextEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
