/** Archives that must be unpacked whole before anything in them can be found: .tar.gz, and compressed ones in a .zip. */
import { archiveError } from "../../../base/archive_entry.ts";
import { blobSource, type ByteSource, partOf, partsOf } from "../../../base/byte_source.ts";
import { crc32 } from "../../../base/crc32.ts";
import { DataError, messageOf } from "../../../base/errors.ts";
import type { ZipEntry } from "../../../base/zip_directory.ts";
import { entryError, packedPart, readZipEntry } from "./zip.ts";
import { DEFLATE } from "./zip_methods.ts";

/** A file with archives in it. */
export interface ArchiveFile {
  readonly source: ByteSource;
  /** What a worker can open it from: a path on disk, or a file object in a browser. */
  readonly origin?: string | Blob | undefined;
  /** Where the source starts in its origin, in bytes; default 0. */
  readonly start?: number;
}

/**
 * Keeps what is unpacked where it can be read at random. `name` is that of the archive that it comes from, or of the
 * archive that it is in `from` a .zip. The parts are asked for once at most, and not at all if they are there already.
 */
export type Keep = (
  name: string,
  from: "gzip" | "zip",
  parts: () => AsyncIterable<Uint8Array>,
) => Promise<ArchiveFile>;

const PART = 2 ** 20;

/** Keeps what is unpacked in a Blob. */
export const keepInBlob: Keep = async (name, _from, parts) => {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of parts()) all.push(part as Uint8Array<ArrayBuffer>);
  const blob = new Blob(all);
  return { source: blobSource(blob, name), origin: blob };
};

/** What a gzip file holds. Throws a DataError at what is damaged. */
export async function* gunzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  try {
    yield* decompressed(source, "gzip");
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const fault = `its compressed data is damaged, or several gzip files in one (${messageOf(cause)})`;
    throw archiveError(source, `${fault}; copy it again, or pack it as .tar`);
  }
}

/** What an entry of a .zip holds, in parts. Throws a DataError at what is damaged. */
export async function* unzip(source: ByteSource, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  if (entry.method !== DEFLATE) return yield await readZipEntry(source, entry);
  let size = 0, checksum = 0;
  try {
    for await (const part of decompressed(partOf(source, await packedPart(source, entry)), "deflate-raw")) {
      size += part.length;
      checksum = crc32(part, checksum);
      yield part;
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw entryError(
      source,
      entry,
      `its compressed data is damaged (${messageOf(cause)}); copy the archive again`,
    );
  }
  if (size === entry.size && checksum === entry.crc32) return;
  throw entryError(source, entry, "its checksum does not match; copy the archive again");
}

async function* decompressed(source: ByteSource, format: CompressionFormat): AsyncGenerator<Uint8Array> {
  const parts = partsOf(source, PART);
  const packed = new ReadableStream<BufferSource>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (let next; !(next = await reader.read()).done;) yield next.value;
  } finally {
    await reader.cancel().catch(() => {}); // it has failed or ended
  }
}
