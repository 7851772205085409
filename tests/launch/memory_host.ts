/** A host whose files are in memory, for what launches runs. */

import { ONE } from "../../src/base/ranks.ts";
import { noLine, noProgress } from "../../src/base/progress.ts";
import { lockedBy, type TryLock } from "../../src/base/lock.ts";
import { temporaryOf } from "../../src/base/temporary_name.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import type { Host } from "../../src/setup/host.ts";
import { memoryFiles } from "../config/files.ts";

/** A host, and what it was told. */
export interface MemoryHost {
  readonly host: Host;
  readonly lines: string[];
  readonly files: Map<string, string>;
  /** What is locked, and by whom: "process 7 on vm, which trains". */
  readonly locks: Map<string, string>;
}

/** A host with the project's own configuration, or other files by folder. */
export function memoryHost(
  folders: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): MemoryHost {
  const lines: string[] = [], files = new Map<string, string>(), locks = new Map<string, string>();
  const now = new Date(2026, 4, 31, 14, 3, 59);
  const print = (line: string) => void lines.push(line);
  const write = (path: string, bytes: Uint8Array) => {
    files.set(path, new TextDecoder().decode(bytes));
    return Promise.resolve();
  };
  const below = (root: string) =>
    [...files.keys()].filter((path) => path === root || path.startsWith(`${root}/`));
  const at = (root: string, path: string) =>
    [root, path].filter((part) => part !== "" && part !== ".").join("/");
  const namesIn = (folder: string) => [
    ...new Set(below(folder).map((path) => path.slice(folder.length + 1).split("/")[0])),
  ];
  const host: Partial<Host> = {
    configFiles: folders["conf"] ? memoryFiles(folders["conf"]) : denoConfigFiles(),
    configWorld: {
      cwd: "/here",
      now,
      env: () => undefined,
      openConfigFolder: (path) => memoryFiles(folders[path] ?? {}, path),
    },
    signal: new AbortController().signal,
    openRanks: () => Promise.resolve(ONE),
    writeAtomic: write,
    appendText: (path, text) => write(path, new TextEncoder().encode((files.get(path) ?? "") + text)),
    appendBytes: () => Promise.reject(new TypeError("Cannot append bytes because these files are text")),
    folderStore: (root) => ({
      readText: (path) => Promise.resolve(files.get(at(root, path))),
      exists: (path) => Promise.resolve(below(at(root, path)).length > 0),
      names: (path) => Promise.resolve(namesIn(at(root, path))),
      write: (path, bytes) => write(at(root, path), bytes),
      rename(from, to) {
        for (const path of below(at(root, from))) {
          files.set(at(root, to) + path.slice(at(root, from).length), files.get(path)!);
          files.delete(path);
        }
        return Promise.resolve();
      },
      remove(path) {
        below(at(root, path)).forEach((one) => files.delete(one));
        return Promise.resolve();
      },
    }),
    tryLock: memoryTryLock(locks),
    lockHolder: (path) => Promise.resolve(locks.get(path)),
    filesBelow: (root) =>
      Promise.resolve(
        below(root).map((path) => ({
          path,
          bytes: files.get(path)!.length,
          id: path,
          names: 1,
          modified: 0,
        })),
      ),
    isAbandoned: (path) => {
      const of = lockedBy(path) ?? temporaryOf(path);
      return Promise.resolve(of !== undefined && !locks.has(of.path));
    },
    cacheFolder: (name) => `.cache/${name}`,
    now: () => now,
    terminal: { isTerminal: false, columns: () => Infinity, print, overwrite: () => {} },
    live: () => noLine,
    progress: noProgress,
    print,
  };
  return { host: host as Host, lines, files, locks };
}

/** Locks in memory: who holds what. */
export function memoryTryLock(locks = new Map<string, string>()): TryLock {
  return (path, what) => {
    const by = locks.get(path);
    if (by !== undefined) return Promise.resolve({ isOurs: false, by });
    locks.set(path, `this process, which ${what}`);
    const release = () => {
      locks.delete(path);
      return Promise.resolve();
    };
    return Promise.resolve({ isOurs: true, release, [Symbol.asyncDispose]: release });
  };
}
