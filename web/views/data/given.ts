/** What a user drops or chooses, as a source. */
import { DataError } from "../../../src/base/errors.ts";
import { append } from "../../../src/base/lists.ts";
import { nextTask } from "../../next_task.ts";
import type { Source } from "../../protocol/source.ts";

type Named = readonly [path: string, file: File];

/** Files that are named in one task. */
const PART = 2000;

/** The files of a file input; those of a folder have paths. */
export async function chosenFiles(files: ArrayLike<File>): Promise<Named[]> {
  const named: Named[] = [];
  for (const [i, file] of Array.from(files).entries()) {
    if (i % PART === PART - 1) await nextTask();
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
    return { kind: "handles", handles: [await pick.call(globalThis)], files: [] };
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
  const folders = entries.filter((entry) => entry !== null);
  if (handles.length > 0 && handles.length === dropped.length) {
    return { kind: "handles", handles, ...await leftOut(folders) };
  }
  if (folders.length === 0) return { kind: "files", files: await chosenFiles(loose) };
  const found: Found[] = [];
  await listBelow(folders, (file) => void found.push(file)).catch(explainUnlisted);
  return { kind: "files", files: await filesOf(found) };
}

/** @throws DataError with the cure in place of what a browser gives where it does not list folders for a page from disk */
function explainUnlisted(error: unknown): never {
  if (!isUnlisted(error)) throw error;
  throw new DataError(
    "Cannot list a dropped folder because this browser does not, for a page that is opened from disk: use " +
      "“Choose a folder”, or drop a .zip",
    { cause: error },
  );
}

function isUnlisted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "EncodingError";
}

type WithHandle = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

function handleOf(item: WithHandle): Promise<FileSystemHandle | null> {
  return item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null);
}

/** Files that are asked for at the same time: their answers come in one task, and each takes a sixth of a millisecond. */
const AT_ONCE = 100;

/**
 * Names that Chromium's handles of folders leave out (file_util_icu.cc and IsSafePathComponent there), and a few that
 * they do not.
 */
const LEFT_OUT =
  /["*:<>?\\|\p{C}]|^\s|[\s.]$|^(?:con|prn|aux|nul|com\d|lpt\d|clock\$)(?:\.|$)|\.(?:lnk|local|scf|url)$|^(?:desktop\.ini|thumbs\.db)$/iu;

/** The files at or below entries that their handles leave out, and how many there are in all. */
async function leftOut(entries: readonly FileSystemEntry[]): Promise<Pick<HandleSource, "files" | "count">> {
  try {
    const found: Found[] = [];
    let count = 0;
    await listBelow(entries, (file) => {
      count++;
      if (file[0].split("/").some((name) => LEFT_OUT.test(name))) found.push(file);
    });
    return { files: await filesOf(found), count };
  } catch (error) {
    if (isUnlisted(error)) return { files: [] };
    throw error;
  }
}

type HandleSource = Extract<Source, { kind: "handles" }>;

/** Hands over the files at or below entries, some in a task. */
async function listBelow(entries: readonly FileSystemEntry[], take: (file: Found) => void): Promise<void> {
  for (const entry of entries) await list(entry, entry.name, take);
}

async function filesOf(found: readonly Found[]): Promise<Named[]> {
  const files: Named[] = [];
  for (let from = 0; from < found.length; from += AT_ONCE) {
    append(files, await Promise.all(found.slice(from, from + AT_ONCE).map(fileOf)));
    await nextTask(); // else answers to new questions would go on in this one
  }
  return files;
}

type Found = readonly [path: string, entry: FileSystemFileEntry];

async function list(entry: FileSystemEntry, path: string, take: (file: Found) => void): Promise<void> {
  if (entry.isFile) return take([path, entry as FileSystemFileEntry]);
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (let some; (some = await nextEntries(reader)).length > 0;) { // a hundred at a time
    for (const below of some) await list(below, `${path}/${below.name}`, take);
  }
}

async function fileOf([path, entry]: Found): Promise<Named> {
  return [path, await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
}

function nextEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
