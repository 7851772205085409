/** A file that one process writes at its end and any number read, under Deno. */
import { DataError, messageOf } from "../base/errors.ts";
import { folderOf } from "../data/files/paths.ts";
import type { GrowingFile } from "../data/decode/picture_log.ts";

/** Reads that may be under way at once: each has its own position in the file. */
const READERS = 4;

/**
 * Opens or makes the file. Who comes first may write it, until he closes it or dies; others see `isOurs: false`.
 * @throws DataError if it cannot be made or read
 */
export async function openGrowingFile(path: string): Promise<GrowingFile> {
  return await explain(path, async () => {
    await Deno.mkdir(folderOf(path) || ".", { recursive: true });
    const writer = await Deno.open(path, { read: true, write: true, create: true });
    return growingFile(path, writer, await writer.tryLock(true));
  });
}

/** A file beside `path` that nobody else sees and that is gone when the process ends. */
export async function openPrivateFile(path: string): Promise<GrowingFile> {
  return await explain(path, async () => {
    const own = await Deno.makeTempFile({ dir: folderOf(path) || ".", prefix: ".private-" });
    const file = growingFile(own, await Deno.open(own, { read: true, write: true }), true);
    await Deno.remove(own); // it lives as long as it is open
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
        throw new DataError(`Cannot read "${path}" as it became shorter while it was in use`);
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
      `Cannot keep decoded pictures in "${path}" (${reason}): make room there, or give data.cache=none or ram`,
      { cause },
    );
  }
}
