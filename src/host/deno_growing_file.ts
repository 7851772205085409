/** A file under Deno that one process appends to and any number read. */
import { DataError, FileError } from "../base/errors.ts";
import type { Lock, Taken } from "../base/lock.ts";
import { folderOf } from "../data/files/paths.ts";
import type { GrowingFile } from "../data/decode/picture_log.ts";
import { explain } from "./deno_file_source.ts";
import { tryLock } from "./deno_lock.ts";
import { makeFolderOf, writeAll, writeParts, writing } from "./deno_writing.ts";

/** Concurrent reads: each has its own position in the file. */
const READERS = 4;

/** Bytes that are copied at a time. */
const CHUNK = 2 ** 22;

/** What else to do where the disk takes no images. */
const CURE = ", or set data.cache=none or ram";

/**
 * Opens or creates the file. The first process to open it may write until it closes the file or dies; others are
 * told who it is. Where nothing can be written, a file that is there can be read.
 * @throws FileError if there is none and it cannot be created
 */
export async function openGrowingFile(path: string): Promise<GrowingFile> {
  try {
    return await writing(path, () => openToWrite(path), CURE);
  } catch (fault) {
    const file = fault instanceof FileError ? await Deno.open(path).catch(() => undefined) : undefined;
    if (file === undefined) throw fault;
    return growingFile(path, file, { fault: fault as FileError });
  }
}

async function openToWrite(path: string): Promise<GrowingFile> {
  await makeFolderOf(path);
  const file = await Deno.open(path, { read: true, write: true, create: true });
  try {
    await file.utime(new Date(), new Date()).catch(() => {}); // when it was used last: the oldest is removed first
    return growingFile(path, file, { lock: await tryLock(path, "keeps decoded images there") });
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A file next to `path` that no other process sees and that disappears when the process ends. @throws FileError */
export async function openPrivateFile(path: string): Promise<GrowingFile> {
  return await writing(path, async () => {
    const own = await Deno.makeTempFile({ dir: folderOf(path) || ".", prefix: ".private-" });
    const file = growingFile(own, await Deno.open(own, { read: true, write: true }));
    await Deno.remove(own); // it exists for as long as it is open
    return file;
  }, CURE);
}

/** `lock` is that of a file that others may open, `fault` why nothing can be written. */
function growingFile(
  path: string,
  writer: Deno.FsFile,
  { lock, fault }: { readonly lock?: Lock | Taken; readonly fault?: FileError } = {},
): GrowingFile {
  let open = { writer, readers: readersOf(path) };
  let size = writer.statSync().size, turn = 0;
  const read = (offset: number, length: number) => {
    const reader = open.readers[turn++ % READERS];
    const bytes = reader.last.then(() => readFrom(path, reader.file, offset, length));
    reader.last = bytes.catch(() => {});
    return bytes;
  };
  const truncate = async (length: number) => {
    await open.writer.truncate(length);
    size = length;
  };
  return {
    name: path,
    heldBy: lock?.isOurs === false ? lock.by : undefined,
    fault,
    get size() {
      return size;
    },
    read,
    append: (bytes) =>
      writing(path, async () => {
        await open.writer.seek(size, Deno.SeekMode.Start);
        try {
          await writeAll(open.writer, bytes);
        } catch (error) {
          await truncate(size).catch(() => {}); // a part that stays is cut when the file is next opened
          throw error;
        }
        size += bytes.length;
      }, CURE),
    truncate: (length) => writing(path, () => truncate(length), CURE),
    async rewrite(parts) {
      await writeParts(path, inChunks(parts, read));
      const written = await writing(path, () => Deno.open(path, { read: true, write: true }), CURE);
      close(open);
      open = { writer: written, readers: readersOf(path) };
      size = written.statSync().size;
    },
    close() {
      close(open);
      if (lock?.isOurs) void lock.release();
    },
  };
}

function readFrom(path: string, file: Deno.FsFile, offset: number, length: number): Promise<Uint8Array> {
  return explain(path, async () => {
    const bytes = new Uint8Array(length);
    await file.seek(offset, Deno.SeekMode.Start);
    for (let at = 0; at < length;) {
      const count = await file.read(bytes.subarray(at));
      if (count === null) throw new DataError(`Cannot read "${path}": it was truncated while in use`);
      at += count;
    }
    return bytes;
  });
}

interface Reader {
  readonly file: Deno.FsFile;
  /** The last of its reads. */
  last: Promise<unknown>;
}

function readersOf(path: string): Reader[] {
  return Array.from({ length: READERS }, () => ({ file: Deno.openSync(path), last: Promise.resolve() }));
}

function close({ writer, readers }: { readonly writer: Deno.FsFile; readonly readers: readonly Reader[] }) {
  for (const { file } of readers) file.close();
  writer.close();
}

async function* inChunks(
  parts: readonly { readonly offset: number; readonly length: number }[],
  read: GrowingFile["read"],
): AsyncGenerator<Uint8Array> {
  for (const { offset, length } of parts) {
    for (let at = 0; at < length; at += CHUNK) yield await read(offset + at, Math.min(CHUNK, length - at));
  }
}
