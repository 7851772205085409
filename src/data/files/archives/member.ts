import { type ByteSource, partOf } from "../../../base/byte_source.ts";
import type { Member } from "./contents.ts";
import type { FileHead } from "../../types.ts";
import { readZipEntry, readZipHead, type ZipLimits } from "./zip.ts";

/** The bytes of a file in an archive. @throws DataError if it is damaged or exceeds the limits */
export async function readMember(
  source: ByteSource,
  { part, entry }: Member,
  limits: Partial<ZipLimits> = {},
): Promise<Uint8Array> {
  if (entry === undefined) return await source.read(part.offset, part.size);
  return await readZipEntry(partOf(source, part), entry, limits);
}

/** The first `length` bytes of a file in an archive, or somewhat fewer. @throws DataError like {@link readMember} */
export async function readMemberHead(
  source: ByteSource,
  { part, entry }: Member,
  length: number,
  limits: Partial<ZipLimits> = {},
): Promise<FileHead> {
  if (entry !== undefined) {
    return { bytes: await readZipHead(partOf(source, part), entry, length, limits), size: entry.size };
  }
  return { bytes: await source.read(part.offset, Math.min(length, part.size)), size: part.size };
}
