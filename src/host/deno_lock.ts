/**
 * Locks between processes, on one machine or on several that share a disk.
 *
 * The lock of PATH is a file `PATH.lock.1`. Its owner creates it exclusively (O_EXCL), locks it through the system
 * (flock), and then writes into it who it is. To the others an owner is alive
 * - on its own machine, as long as the system's lock is held. That ends with the process, however it ends;
 * - elsewhere, or where the file system has no such locks, as long as the file is young: its owner writes it anew
 *   every 10 s, and one that is 60 s old is dead. This lock of the system is not asked for, since some network
 *   disks keep it within a machine, and others hold that of a machine which has crashed. The age is measured by the
 *   disk's own clock, so the machines' clocks need not agree.
 *
 * A dead owner is succeeded: the next one creates the file with the next number, and removes the dead one's when the
 * lock is its own. Of several that find the same owner dead, one creates that file and the others see it. Whoever has
 * created a file looks once more for a living owner, and gives way to one. Since a file is created before that look,
 * the later of two sees the earlier, whatever the numbers: two can never hold a lock at the same time. (Except where
 * an owner on another machine was suspended for more than 60 s and wakes up.)
 */
import { type Lock, lockedBy, lockFile, type Taken } from "../base/lock.ts";
import { folderOf } from "../data/files/paths.ts";
import { tryLockFile } from "./deno_temporaries.ts";
import { makeFolderOf, writeAll, writing } from "./deno_writing.ts";

/** The name of this machine and, in milliseconds, how often a lock is renewed and when it has expired. */
export interface LockRules {
  readonly machine: string;
  readonly renewal: number;
  readonly expiry: number;
  /** False to do without the system's locks. */
  readonly hasSystemLocks: boolean;
}

interface Owner {
  readonly what: string;
  readonly pid: number;
  readonly machine: string;
  readonly since: string;
}

const RULES = { renewal: 10_000, expiry: 60_000, hasSystemLocks: true };
/** How often, and after which pause, an owner is read that is just writing who it is. */
const READS = 20, PAUSE = 10;

/** Locks the thing at `path` or says who holds its lock; returns at once. @throws FileError */
export function tryLock(path: string, what: string, rules: Partial<LockRules> = {}): Promise<Lock | Taken> {
  const full = { machine: Deno.hostname(), ...RULES, ...rules };
  return writing(`${path}.lock`, () => take(path, what, full));
}

/** Who holds the lock of `path`, or undefined if nobody does; changes nothing. @throws FileError */
export function lockHolder(path: string): Promise<string | undefined> {
  return writing(`${path}.lock`, async () => { // the disk's clock is read by writing
    const owner = await firstAlive(await lockFiles(path), { machine: Deno.hostname(), ...RULES });
    return owner && describe(owner);
  });
}

/** True for a lock file that names its owner as ours do. */
export async function isOwnLock(file: string): Promise<boolean> {
  return parseOwner(await Deno.readTextFile(file).catch(() => "")) !== "unknown";
}

async function take(path: string, what: string, rules: LockRules): Promise<Lock | Taken> {
  await makeFolderOf(path);
  for (;;) {
    const dead = await lockFiles(path);
    const owner = await firstAlive(dead, rules);
    if (owner !== undefined) return { isOurs: false, by: describe(owner) };
    const numbers = dead.map((file) => lockedBy(file)!.number);
    const own = lockFile(path, Math.max(0, ...numbers) + 1);
    const lock = await create(own, what, rules);
    if (lock === undefined) continue; // another process was quicker
    const others = (await lockFiles(path)).filter((file) => file !== own);
    if (await firstAlive(others, rules) === undefined) {
      others.forEach(removeIfPossible);
      return lock;
    }
    await lock.release();
    await pause(Math.random() * PAUSE);
  }
}

/** Creates a lock file, or returns undefined if it exists. */
async function create(path: string, what: string, rules: LockRules): Promise<Lock | undefined> {
  const file = await Deno.open(path, { read: true, write: true, createNew: true }).catch((error) => {
    if (error instanceof Deno.errors.AlreadyExists) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  // Waits for processes that are looking whether it is locked, which takes no time.
  if (rules.hasSystemLocks) await file.lock(true).catch(() => {});
  const owner = { what, pid: Deno.pid, machine: rules.machine, since: new Date().toISOString() };
  const bytes = new TextEncoder().encode(JSON.stringify(owner) + "\n");
  const renew = async () => {
    await file.seek(0, Deno.SeekMode.Start);
    await writeAll(file, bytes);
  };
  let renewed = renew();
  // A renewal that fails only makes the lock look older to other machines.
  const timer = setInterval(() => renewed = renewed.then(renew).catch(() => {}), rules.renewal);
  Deno.unrefTimer(timer);
  const release = async () => {
    clearInterval(timer);
    removeIfPossible(path); // at once, so that a process which then ends leaves nothing
    await renewed.catch(() => {});
    file.close();
  };
  try {
    await renewed;
  } catch (error) {
    await release();
    throw error;
  }
  return { isOurs: true, release, [Symbol.asyncDispose]: release };
}

async function firstAlive(
  files: readonly string[],
  rules: LockRules,
): Promise<Owner | "unknown" | undefined> {
  for (const file of files) {
    const owner = await aliveIn(file, rules);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

/** The owner that a lock file names, if it is alive. */
async function aliveIn(path: string, rules: LockRules): Promise<Owner | "unknown" | undefined> {
  try {
    using file = await Deno.open(path);
    // Read before the lock is looked at: whoever has said who it is had locked the file before.
    const owner = await readOwner(path);
    const isHere = rules.hasSystemLocks && owner !== "unknown" && owner.machine === rules.machine;
    const isFree = isHere ? await tryLockFile(file, false) : undefined;
    const isAlive = isFree === undefined ? await ageOf(file, path) < rules.expiry : !isFree;
    return isAlive ? owner : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | "unknown"> {
  for (let i = 0; i < READS; i++) {
    const text = await Deno.readTextFile(path);
    if (text.endsWith("\n")) return parseOwner(text);
    await pause(PAUSE);
  }
  return "unknown"; // it died, or is suspended, before it wrote who it is
}

function parseOwner(text: string): Owner | "unknown" {
  try {
    const owner = JSON.parse(text);
    return typeof owner?.pid === "number" && typeof owner.since === "string" ? owner : "unknown";
  } catch {
    return "unknown"; // of another program
  }
}

/** Milliseconds since a file was written, by the clock of its disk. */
async function ageOf(file: Deno.FsFile, path: string): Promise<number> {
  const probe = await Deno.makeTempFile({ dir: folderOf(path) || ".", prefix: ".clock-" });
  const { mtime: now } = await Deno.stat(probe);
  await Deno.remove(probe);
  const { mtime } = await file.stat();
  return now!.getTime() - mtime!.getTime();
}

/** The lock files of `path`, from any number of owners. */
async function lockFiles(path: string): Promise<string[]> {
  const folder = folderOf(path), isAtRoot = folder === "" && path.startsWith("/");
  const below = isAtRoot ? "/" : folder === "" ? "" : `${folder}/`;
  const entries = await Array.fromAsync(Deno.readDir(below || "."));
  return entries.map(({ name }) => below + name).filter((file) => lockedBy(file)?.path === path);
}

function describe(owner: Owner | "unknown"): string {
  if (owner === "unknown") return "another process";
  return `process ${owner.pid} on ${owner.machine}, which ${owner.what} (since ${owner.since.slice(0, 19)}Z)`;
}

function removeIfPossible(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Another process was quicker, or the disk has become read-only: a file without its owner locks nothing.
  }
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
