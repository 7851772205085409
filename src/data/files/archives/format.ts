/** The kinds of archives, by what is in a file and not by its name. */
import { archiveError } from "../../../base/archive_entry.ts";
import type { ByteSource } from "../../../base/byte_source.ts";
import { hasZipEnd } from "../../../base/zip_directory.ts";
import { isTar } from "./tar.ts";

/** The kinds that are read. */
export type ArchiveFormat = "zip" | "tar" | "gzip";

const GZIP = [0x1f, 0x8b, 0x08];
/** A .zip starts with a file, with its end if it is empty, or with a mark if it is one part of several. */
const ZIP = [[0x50, 0x4b, 0x03, 0x04], [0x50, 0x4b, 0x05, 0x06], [0x50, 0x4b, 0x07, 0x08]];

/** Archives and compressors that are not read, by their first bytes. */
const OTHERS: readonly (readonly [name: string, start: readonly number[]])[] = [
  ["a 7z archive", [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ["a RAR archive", [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ["compressed with bzip2", [0x42, 0x5a, 0x68]],
  ["compressed with xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["compressed with Zstandard", [0x28, 0xb5, 0x2f, 0xfd]],
  ["compressed with lz4", [0x04, 0x22, 0x4d, 0x18]],
  ["compressed with compress", [0x1f, 0x9d]],
];

/** What may be an archive in an archive, by its name. */
const ENDING = /\.(zip|tar|tgz|tar\.gz)$/i;

/** True for files that are looked at as archives where they lie in one. */
export function isArchiveName(path: string): boolean {
  return ENDING.test(path);
}

/** The name of an archive without its ending. */
export function withoutArchiveEnding(path: string): string {
  return path.replace(ENDING, "");
}

/**
 * The kind of an archive, or undefined for a file that is none. A .zip may have other bytes in front of it.
 * @throws DataError for an archive that is known but not read
 */
export async function archiveFormat(source: ByteSource): Promise<ArchiveFormat | undefined> {
  const head = await source.read(0, Math.min(8, source.size));
  const starts = (bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte);
  if (starts(GZIP)) return "gzip";
  if (ZIP.some(starts)) return "zip";
  if (await isTar(source)) return "tar";
  for (const [what, bytes] of OTHERS) {
    if (starts(bytes)) {
      throw archiveError(
        source,
        `it is ${what}, which is not read here; unpack it, or pack it as .zip or .tar`,
      );
    }
  }
  return await hasZipEnd(source) ? "zip" : undefined;
}
