/** A file under Deno that one process appends to and any number read. */
import { DataError, messageOf } from "../base/errors.ts";
import { folderOf } from "../data/files/paths.ts";
import type { GrowingFile } from "../data/decode/picture_log.ts";

/** Concurrent reads: each has its own position in the file. */
const READERS = 4;

/**
 * Opens or creates the file. The first process to open it may write until it closes the file or dies; others get
 * `isOurs: false`.
 * @throws DataError if it cannot be created or read
 */
export async function openGrowingFile(path: string): Promise<GrowingFile> {
  return await explain(path, async () => {
    await Deno.mkdir(folderOf(path) || ".", { recursive: true });
    const writer = await Deno.open(path, { read: true, write: true, create: true });
    return growingFile(path, writer, await writer.tryLock(true));
  });
}

/** A file next to `path` that no other process sees and that disappears when the process ends. */
export async function openPrivateFile(path: string): Promise<GrowingFile> {
  return await explain(path, async () => {
    const own = await Deno.makeTempFile({ dir: folderOf(path) || ".", prefix: ".private-" });
    const file = growingFile(own, await Deno.open(own, { read: true, write: true }), true);
    await Deno.remove(own); // it exists for as long as it is open
    return file;
  });
}

function growingFile(path: string, writer: Deno.FsFile, isOurs: boolean): GrowingFile {
  const readers = Array.from({ length: READERS }, () => ({
    file: Deno.openSync(path),
    last: Promise.resolve() as Promise<unknown>,
  }));
  let size = writer.statSync().size, turn = 0;
  const readFrom = async (file: Deno.FsFile, offset: number, length: number) => {
    const bytes = new Uint8Array(length);
    await file.seek(offset, Deno.SeekMode.Start);
    for (let at = 0; at < length;) {
      const count = await file.read(bytes.subarray(at));
      if (count === null) {
        throw new DataError(`Cannot read "${path}": it was truncated while in use`);
      }
      at += count;
    }
    return bytes;
  };
  return {
    name: path,
    isOurs,
    get size() {
      return size;
    },
    read(offset, length) {
      const reader = readers[turn++ % READERS];
      const bytes = reader.last.then(() => readFrom(reader.file, offset, length));
      reader.last = bytes.catch(() => {});
      return bytes;
    },
    append: (bytes) =>
      explain(path, async () => {
        await writer.seek(size, Deno.SeekMode.Start);
        for (let at = 0; at < bytes.length;) at += await writer.write(bytes.subarray(at));
        size += bytes.length;
      }),
    truncate: (length) =>
      explain(path, async () => {
        await writer.truncate(length);
        size = length;
      }),
    close() {
      for (const { file } of readers) file.close();
      writer.close();
    },
  };
}

async function explain<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const reason = messageOf(cause);
    throw new DataError(
      `Cannot cache decoded images in "${path}" (${reason}): free some space there, or set data.cache=none or ram`,
      { cause },
    );
  }
}
