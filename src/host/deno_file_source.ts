/** Random access to files under Deno, and what is wrong where they cannot be read. */
import type { ByteSource } from "../base/byte_source.ts";
import { DataError, MissingError } from "../base/errors.ts";

/** What to do about a path, unless the caller knows better. */
export const CURE = "check the path";

/** What of a file stays the same as long as nobody replaces it or writes to it. */
type Identity = Pick<Deno.FileInfo, "dev" | "ino" | "mtime" | "size">;

/**
 * Random access to a file. Each read opens the file and runs synchronously, so reads may overlap. With `known`, all
 * of them are of that one file, also where a run saves anew under its name.
 */
export function fileSource(path: string, size: number, known?: Identity): ByteSource {
  const read = (offset: number, length: number) => {
    const bytes = new Uint8Array(length);
    using file = Deno.openSync(path);
    if (known && !isSame(file.statSync(), known)) {
      throw new DataError(`Cannot read "${path}": it was replaced or changed meanwhile; start again`);
    }
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

function isSame(one: Identity, other: Identity): boolean {
  const [a, b] = [one, other].map(({ dev, ino, mtime, size }) => [dev, ino, mtime?.getTime(), size].join());
  return a === b;
}

/** Opens a file for random access. @throws DataError if it does not exist or is not readable */
export async function openFile(path: string): Promise<ByteSource> {
  const info = await explain(path, () => Deno.stat(path));
  if (info.isDirectory) {
    throw new DataError(
      `Cannot open "${path}": it is a folder; give a file in it, such as weights/best.safetensors of a run`,
    );
  }
  if (!info.isFile) throw new DataError(`Cannot open "${path}": it is not a file; ${CURE}`);
  return fileSource(path, info.size, info);
}

/** All bytes of a file. @throws DataError like {@link explain} */
export function readFile(path: string): Promise<Uint8Array> {
  return explain(path, () => Deno.readFile(path));
}

/**
 * Runs `action`, which reads `path`.
 * @throws DataError that ends with `cure`: a MissingError if it is not there, else with what makes it unreadable
 */
export async function explain<T>(path: string, action: () => T | Promise<T>, cure = CURE): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw readFault(path, error, cure);
  }
}

/** True for what the system says of a path that is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder",
  ELOOP: "it is a link that leads back to itself",
  ENAMETOOLONG: "its name is too long",
  EIO: "the disk or its connection fails",
  ESTALE: "the disk or its connection fails",
};

/** What to throw where `path` could not be read: a DataError, or the error itself where it has another cause. */
export function readFault(path: string, error: unknown, cure = CURE): unknown {
  const fault = (Kind: typeof DataError, reason: string) =>
    new Kind(`Cannot open "${path}": ${reason}`, { cause: error });
  if (isMissing(error)) return fault(MissingError, `it does not exist; ${cure}`);
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return fault(DataError, `permission denied (${error.message})`);
  }
  const reason = REASONS[(error as { code?: string }).code ?? ""];
  return reason === undefined ? error : fault(DataError, `${reason}; ${cure}`);
}
