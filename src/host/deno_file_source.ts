/** Random access to files under Deno, and what is wrong where they cannot be read. */
import type { ByteSource } from "../base/byte_source.ts";
import { DataError } from "../base/errors.ts";

/** What to do about a path, unless the caller knows better. */
export const CURE = "check the path";

/** Random access to a file. Each read opens the file and runs synchronously, so reads may overlap. */
export function fileSource(path: string, size: number): ByteSource {
  const read = (offset: number, length: number) => {
    const bytes = new Uint8Array(length);
    using file = Deno.openSync(path);
    file.seekSync(offset, Deno.SeekMode.Start);
    for (let at = 0; at < length;) {
      const count = file.readSync(bytes.subarray(at));
      if (count === null) throw new DataError(`Cannot read "${path}": it was truncated during the read`);
      at += count;
    }
    return bytes;
  };
  return { name: path, size, read: (offset, length) => explain(path, () => read(offset, length)) };
}

/** Opens a file for random access. @throws DataError if it does not exist or is not readable */
export async function openFile(path: string): Promise<ByteSource> {
  const { isFile, size } = await explain(path, () => Deno.stat(path));
  if (!isFile) throw new DataError(`Cannot open "${path}": it is not a file; ${CURE}`);
  return fileSource(path, size);
}

/** Runs `action`, which reads `path`. @throws DataError that ends with `cure` if it is not there or not readable */
export async function explain<T>(path: string, action: () => T | Promise<T>, cure = CURE): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new DataError(`Cannot open "${path}": it does not exist; ${cure}`, { cause: error });
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
      throw new DataError(`Cannot open "${path}": permission denied (${error.message})`, {
        cause: error,
      });
    }
    throw error;
  }
}
