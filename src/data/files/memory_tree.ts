import { DataError } from "../../base/errors.ts";
import { compareCodePoints } from "./paths.ts";
import type { FileTree } from "../types.ts";

/**
 * A FileTree over files in memory, by path. `emptyFolders` lists folders without files; folders of files need not be
 * listed.
 */
export function memoryTree(
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
  emptyFolders: readonly string[] = [],
): FileTree {
  const read = (path: string) => {
    const bytes = files.get(path);
    return bytes === undefined
      ? Promise.reject(new DataError(`Cannot read "${path}": "${name}" has no such file`))
      : Promise.resolve(bytes);
  };
  return {
    name,
    paths: () => Promise.resolve([...files.keys()].sort(compareCodePoints)),
    folders: () => Promise.resolve(foldersOf([...files.keys()], emptyFolders)),
    read,
  };
}

/** Every folder above one of `paths`, plus `more` and their parents, sorted by code point. */
export function foldersOf(paths: readonly string[], more: readonly string[] = []): string[] {
  const found = new Set<string>();
  const addAbove = (path: string) => {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end);
      if (found.has(folder)) return;
      found.add(folder);
    }
  };
  for (const path of paths) addAbove(path);
  for (const folder of more) addAbove(`${folder}/`);
  return [...found].sort(compareCodePoints);
}
