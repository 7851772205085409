import { type ByteSource, partOf, type Span } from "../../../base/byte_source.ts";
import type { Member } from "./contents.ts";
import { END_BYTES, type FileHead } from "../../types.ts";
import { readZipEntry, readZipHead, storedPart, type ZipLimits } from "./zip.ts";
import { STORED } from "./zip_methods.ts";

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
  if (entry === undefined) return await headOf(source, part, length);
  const zip = partOf(source, part);
  if (entry.method === STORED) return await headOf(zip, await storedPart(zip, entry, limits), length);
  return { bytes: await readZipHead(zip, entry, length, limits), size: entry.size };
}

async function headOf(source: ByteSource, { offset, size }: Span, length: number): Promise<FileHead> {
  const ending = Math.min(END_BYTES, size);
  return {
    bytes: await source.read(offset, Math.min(length, size)),
    end: await source.read(offset + size - ending, ending),
    size,
  };
}
