/** Writing under Deno: every write goes through {@link writing}, so each failure is explained in the same way. */
import { FileError } from "../base/errors.ts";
import { folderOf } from "../data/files/paths.ts";
import { openTemporary } from "./deno_temporaries.ts";

const REASONS: readonly [codes: readonly string[], reason: string][] = [
  [["ENOSPC", "EDQUOT"], "the disk is full; free some space"],
  [["EROFS"], "its file system is read-only; choose another folder"],
  [["EACCES", "EPERM"], "permission denied; choose another folder, or change its owner"],
  [
    ["ENOTDIR", "EEXIST", "EISDIR", "ENOTEMPTY"],
    "something else is in its place; move it away, or choose another folder",
  ],
  [["ENAMETOOLONG"], "its name is too long; choose a shorter one"],
  [["EFBIG"], "its file system takes no files of this size; choose another folder"],
  [
    ["EIO", "ESTALE", "ENXIO", "ENODEV"],
    "the disk or its connection fails; check it, or choose another folder",
  ],
];

/**
 * Runs `action`, which writes, renames or removes `path`.
 * @throws FileError with the reason and the cure, ending with `after`, where the disk or its rights are the cause
 */
export async function writing<T>(path: string, action: () => T | Promise<T>, after = ""): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw writeFault(path, error, after);
  }
}

/** The same where `path` is replaced as a whole, so that a failure leaves what was there. */
export async function replacing<T>(path: string, action: () => Promise<T>): Promise<T> {
  const isThere = await Deno.lstat(path).then(() => true, () => false);
  return await writing(path, action, isThere ? " (the previous content is kept)" : "");
}

/** What to throw where `path` could not be written: a FileError, or the error itself where the disk is not the cause. */
export function writeFault(path: string, error: unknown, after = ""): unknown {
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new FileError(`Cannot write "${path}": ${reason}${after}`, { cause: error });
}

function reasonOf(error: unknown): string | undefined {
  const { code } = error as { code?: string };
  const isDenied = error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable;
  const known = code ?? (isDenied ? "EACCES" : undefined);
  return REASONS.find(([codes]) => codes.includes(known ?? ""))?.[1];
}

/** Creates the folder that `path` is in. */
export async function makeFolderOf(path: string): Promise<void> {
  const folder = folderOf(path);
  if (folder !== "") await Deno.mkdir(folder, { recursive: true });
}

/**
 * Writes a file so that a kill at any moment leaves either the old or the new content, never a part: the bytes are
 * written under a temporary name of this write's own and flushed to disk, and the file is renamed to `path`. Of
 * several processes that write it at the same time, the last one's content remains, whole. Creates its folder if it
 * is missing.
 */
export async function writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
  await writeParts(path, [bytes]);
}

/** The same for a file in parts, which are requested one at a time. */
export async function writeParts(
  path: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  await replacing(path, async () => {
    await makeFolderOf(path);
    const temporary = await openTemporary(path);
    try {
      for await (const part of parts) await writeAll(temporary.file, part);
      await temporary.file.sync();
      await Deno.rename(temporary.path, path);
    } catch (error) {
      await Deno.remove(temporary.path).catch(() => {}); // the first error is the one to report
      throw error;
    } finally {
      temporary.file.close();
    }
  });
}

/** Writes all of `bytes` where the file's position is. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
