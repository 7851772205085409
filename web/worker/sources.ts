/** What the user gave, as a tree of files. */
import { append } from "../../src/base/lists.ts";
import { DataError } from "../../src/base/errors.ts";
import { archiveFormat, withoutArchiveEnding } from "../../src/data/files/archives/format.ts";
import { joinedTree } from "../../src/data/files/joined_tree.ts";
import { baseOf } from "../../src/data/files/paths.ts";
import { generateSyntheticJerseys } from "../../src/data/synthetic_jerseys/generate.ts";
import type { FileTree } from "../../src/data/types.ts";
import { amount, counted } from "../../src/data/words.ts";
import { blobSource, encodeJpeg, filesTree, openArchive, servedTree } from "../../src/host/browser.ts";
import { DRAWN } from "../protocol/drawn.ts";
import type { Source } from "../protocol/source.ts";

/** Opens a source. @throws DataError if it cannot be read */
export async function openSource(source: Source, progress: (what: string) => void): Promise<FileTree> {
  switch (source.kind) {
    case "drawn":
      progress("Drawing jersey numbers");
      return await drawn();
    case "served": {
      const tree = await servedTree(source.address);
      if (tree !== undefined) return tree;
      throw new DataError("Cannot open a dataset: the server offers none; drop one here");
    }
    case "handles":
      progress("Listing files");
      return await given(await filesOf(source));
    case "files":
      return await given(await filesOf(source));
  }
}

/** All files of what was dropped or chosen, by path. */
export async function filesOf(source: Extract<Source, { kind: "files" | "handles" }>): Promise<Named> {
  if (source.kind === "files") return source.files;
  const { handles, files, count = 0 } = source;
  const found = await listed(handles), known = new Set(found.map(([path]) => path));
  const all = [...found, ...files.filter(([path]) => !known.has(path))];
  if (all.length >= count) return all;
  throw new DataError(
    `Cannot read what was dropped: the browser gives ${amount(all.length)} of ${counted(count, "file")}; ` +
      "pack it as a .zip, and drop that",
  );
}

/** The name of a tree of files that came without a folder. */
export const LOOSE = "what was dropped";

type Named = readonly (readonly [path: string, file: File])[];

/** Archives at the top become folders; a single folder or archive is the dataset itself. */
async function given(files: Named): Promise<FileTree> {
  if (files.length === 0) {
    throw new DataError(
      "Cannot read a dataset: what was given has no files; drop a folder or an archive with images",
    );
  }
  const archives = new Map<string, FileTree>(), others = new Map<string, File>();
  for (const [path, file] of files) {
    if (!path.includes("/") && await isArchive(file)) archives.set(path, await openArchive(file));
    else others.set(path, file);
  }
  const tops = new Set([...others.keys()].map((path) => path.split("/")[0]));
  const [archive] = archives.values(), [top] = tops;
  if (archives.size === 1 && others.size === 0) return archive;
  const isOneFolder = archives.size === 0 && tops.size === 1 && !others.has(top);
  if (isOneFolder) {
    return filesTree(top, new Map([...others].map(([path, file]) => [path.slice(top.length + 1), file])));
  }
  const folders = new Map([...archives].map(([name, tree]) => [freeName(name, tops), tree]));
  return joinedTree(LOOSE, folders, filesTree(LOOSE, others));
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  const bare = withoutArchiveEnding(name);
  return taken.has(bare) ? name : bare;
}

async function isArchive(file: File): Promise<boolean> {
  return await archiveFormat(blobSource(file, file.name)) !== undefined;
}

/** Files that are asked for at the same time: each is asked of another process. */
const AT_ONCE = 64;

/** Everything below handles, by path. */
async function listed(handles: readonly FileSystemHandle[]): Promise<Named> {
  const found: (readonly [string, FileSystemFileHandle])[] = [];
  const visit = async (handle: FileSystemHandle, path: string): Promise<void> => {
    if (handle.kind === "file") return void found.push([path, handle as FileSystemFileHandle]);
    for await (const [name, below] of (handle as FileSystemDirectoryHandle).entries()) {
      await visit(below, `${path}/${name}`);
    }
  };
  for (const handle of handles) await visit(handle, handle.name);
  const files: Named[number][] = [];
  for (let from = 0; from < found.length; from += AT_ONCE) {
    const some = found.slice(from, from + AT_ONCE);
    append(
      files,
      await Promise.all(some.map(async ([path, handle]) => [path, await handle.getFile()] as const)),
    );
  }
  return files;
}

async function drawn(): Promise<FileTree> {
  const files = new Map<string, Blob>();
  await generateSyntheticJerseys(DRAWN, encodeJpeg, (path, bytes) => {
    files.set(path, new File([bytes as Uint8Array<ArrayBuffer>], baseOf(path)));
    return Promise.resolve();
  });
  return filesTree("drawn jerseys", files);
}
