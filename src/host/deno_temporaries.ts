/**
 * Temporary files that become something else by a rename. Each has a name of its own, `PATH.MACHINE-RANDOM.tmp`, so
 * processes that write the same file do not meet, and its writer keeps it locked (flock) until it is renamed. The
 * system ends that lock with the process, so a temporary file of this machine without a lock is one that a killed
 * process left behind: the first write of a process into a folder removes those. Files of other machines, whose locks
 * may not be visible here, are removed after a day.
 */
import { fnv1a32 } from "../base/rng.ts";
import { temporaryName, temporaryOf } from "../base/temporary_name.ts";
import { folderOf } from "../data/files/paths.ts";

/** A file that its writer fills and renames. */
export interface Temporary {
  readonly path: string;
  readonly file: Deno.FsFile;
}

const DAY = 24 * 3600 * 1000;
const swept = new Set<string>();

/** Creates an empty file beside `path`, whose folder exists. */
export async function openTemporary(path: string): Promise<Temporary> {
  const folder = folderOf(path) || (path.startsWith("/") ? "/" : ".");
  if (!swept.has(folder)) {
    swept.add(folder);
    await removeLeftovers(folder);
  }
  const own = temporaryName(path, machineKey());
  const file = await Deno.open(own, { read: true, write: true, createNew: true });
  await tryLockFile(file, true);
  return { path: own, file };
}

/** Removes what killed processes left in a folder. */
async function removeLeftovers(folder: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const maker = temporaryOf(name)?.maker;
    if (!isFile || maker === undefined) continue;
    const path = `${folder}/${name}`;
    if (await isLeftOver(path, maker)) await Deno.remove(path).catch(() => {}); // another process may be quicker
  }
}

/** True for a temporary file or folder whose maker has ended, as far as can be known here. */
export async function isLeftOver(path: string, maker: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    const isFree = maker === machineKey() && await tryLockFile(file, false) === true;
    return isFree || Date.now() - ((await file.stat()).mtime?.getTime() ?? Date.now()) > DAY;
  } catch {
    return false; // it is gone, or not ours to read
  }
}

/**
 * Locks a file for this process, exclusively or with other readers; undefined where the file system has no locks
 * (ENOLCK, ENOSYS, EOPNOTSUPP), as on some network disks.
 */
export function tryLockFile(file: Deno.FsFile, isExclusive: boolean): Promise<boolean | undefined> {
  return file.tryLock(isExclusive).catch(() => undefined);
}

/** The name of this machine, short and fit for a file name. */
function machineKey(): string {
  return fnv1a32(Deno.hostname()).toString(36);
}
