import { type ByteSource, partOf } from "../../../base/byte_source.ts";
import type { Member } from "./contents.ts";
import { readZipEntry, type ZipLimits } from "./zip.ts";

/** The bytes of a file in an archive. @throws DataError if it is damaged or exceeds the limits */
export async function readMember(
  source: ByteSource,
  { part, entry }: Member,
  limits: Partial<ZipLimits> = {},
): Promise<Uint8Array> {
  if (entry === undefined) return await source.read(part.offset, part.size);
  return await readZipEntry(partOf(source, part), entry, limits);
}
