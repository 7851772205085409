/** What is unpacked whole under Deno: once, into a folder of the cache, for all processes and later runs. */
import { InterruptedError } from "../base/errors.ts";
import { noProgress } from "../base/progress.ts";
import { sha256 } from "../base/sha256.ts";
import type { Keep } from "../data/files/archives/unpack.ts";
import { baseOf } from "../data/files/paths.ts";
import type { Host } from "../setup/host.ts";
import { waitForLock } from "../setup/wait_for_lock.ts";
import { openFile } from "./deno_file_source.ts";
import { tryLock } from "./deno_lock.ts";
import { writeParts } from "./deno_writing.ts";

/** Where to unpack, whom to tell about it, and what stops it. */
export interface Unpacking extends Pick<Host, "print" | "progress" | "signal"> {
  readonly folder: string;
}

/** Unpacks without a word. */
export const QUIET: Unpacking = {
  folder: ".cache/archives",
  print: () => {},
  progress: noProgress,
  signal: new AbortController().signal,
};

/**
 * Keeps what is unpacked from the file at `path` in a folder, under a name that follows from the file's path, size and
 * modification time. It gets that name once it is whole; other processes wait for the one that unpacks.
 * Throws a FileError if it cannot be written, and an InterruptedError if it is stopped.
 */
export function keepInFolder(path: string, { size, mtime }: Deno.FileInfo, unpacking: Unpacking): Keep {
  return async (name, from, parts) => {
    const identity = [await Deno.realPath(path), size, mtime?.getTime(), name.slice(path.length), from];
    const key = (await sha256(JSON.stringify(identity))).toHex().slice(0, 16);
    const kept = `${unpacking.folder}/${baseOf(name).replace(/[^\w.-]/g, "_")}_${key}.unpacked`;
    if (!await isThere(kept)) {
      await using _lock = await waitForLock({ ...unpacking, tryLock }, kept, `unpacks "${name}"`);
      if (!await isThere(kept)) await writeParts(kept, reported(name, parts(), unpacking));
    }
    return { source: { ...await openFile(kept), name }, origin: kept };
  };
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function* reported(
  name: string,
  parts: AsyncIterable<Uint8Array>,
  { folder, print, progress, signal }: Unpacking,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  print(`  unpacking "${name}" into ${folder}`);
  using shown = progress(`unpacking "${name}"`, undefined, "bytes");
  for await (const part of parts) {
    if (signal.aborted) throw new InterruptedError(`Stopped while unpacking "${name}"`);
    yield part;
    shown.at(bytes += part.length);
  }
}
