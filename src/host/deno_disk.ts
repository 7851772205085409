/** What lies on the disk under Deno: files with their sizes, and what processes left behind. */
import { statfs } from "node:fs/promises";
import { MissingError } from "../base/errors.ts";
import { lockedBy } from "../base/lock.ts";
import { temporaryOf } from "../base/temporary_name.ts";
import { folderOf } from "../data/files/paths.ts";
import type { DiskFile } from "../setup/host.ts";
import { explain } from "./deno_file_source.ts";
import { isOwnLock, lockHolder } from "./deno_lock.ts";
import { isLeftOver } from "./deno_temporaries.ts";

/** All files at or below a path, in no order; symbolic links count as files and are not followed. */
export async function filesBelow(path: string): Promise<DiskFile[]> {
  const info = await explain(path, () => Deno.lstat(path)).catch(unlessGone);
  if (info === undefined) return [];
  if (!info.isDirectory) {
    const id = info.ino ? `${info.dev}:${info.ino}` : path;
    return [{ path, bytes: info.size, id, names: info.nlink ?? 1, modified: info.mtime?.getTime() ?? 0 }];
  }
  const entries = await explain(path, () => Array.fromAsync(Deno.readDir(path))).catch(unlessGone) ?? [];
  return (await Promise.all(entries.map(({ name }) => filesBelow(`${path}/${name}`)))).flat();
}

/** Bytes that are free on the disk of a folder or, where that does not exist yet, of the one that it will be in. */
export async function freeDisk(folder: string): Promise<number> {
  for (let at = folder;; at = folderOf(at) || ".") {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch (error) {
      if (at === ".") throw error;
    }
  }
}

/** True for a lock or a temporary file or folder whose process has ended. */
export async function isAbandoned(path: string): Promise<boolean> {
  const lock = lockedBy(path);
  if (lock !== undefined) return await isOwnLock(path) && await lockHolder(lock.path) === undefined;
  const temporary = temporaryOf(path);
  if (temporary === undefined) return false;
  const info = await explain(path, () => Deno.lstat(path)).catch(unlessGone);
  // Who writes a folder holds the lock of what it is to become; who writes a file, that of the file.
  if (info?.isDirectory) return await lockHolder(temporary.path) === undefined;
  return await isLeftOver(path, temporary.maker);
}

/** For what another process may remove at any time. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof MissingError)) throw error;
}
