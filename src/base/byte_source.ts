/** Random access to the bytes of a file: on disk, in a browser's Blob, or in memory. */
export interface ByteSource {
  /** Its name in messages, usually the path that the user gave. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; the range must be inside the source. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A ByteSource over bytes in memory. */
export function byteSource(name: string, bytes: Uint8Array): ByteSource {
  const read = (offset: number, length: number) => Promise.resolve(bytes.subarray(offset, offset + length));
  return { name, size: bytes.length, read };
}

/** A ByteSource over a Blob, such as a file that was dropped on a page. */
export function blobSource(blob: Blob, name: string): ByteSource {
  const read = async (offset: number, length: number) =>
    new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
  return { name, size: blob.size, read };
}

/** A part of a source, in bytes. */
export interface Span {
  readonly offset: number;
  readonly size: number;
}

/** A part of a source as a source of its own. */
export function partOf(source: ByteSource, { offset, size }: Span, name = source.name): ByteSource {
  return { name, size, read: (at, length) => source.read(offset + at, length) };
}

/** All bytes of a source at once. */
export async function wholeOf(source: ByteSource): Promise<Uint8Array> {
  return await source.read(0, source.size);
}

/** All bytes of a source, in parts of `length`. */
export async function* partsOf(source: ByteSource, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += length) {
    yield await source.read(at, Math.min(length, source.size - at));
  }
}

/** Bytes of a window at first. */
const FIRST_WINDOW = 2 ** 16;

/**
 * The same bytes, read in windows of up to `most`: what is read in order, such as the files of an archive, costs one
 * request a window. A window is twice as long as the last where reading has gone on behind it, and short where it has
 * jumped, as most of a long one would not be used then. Longer reads go past it.
 */
export function windowed(source: ByteSource, most: number): ByteSource {
  let start = 0, end = 0, length = FIRST_WINDOW, bytes: Promise<Uint8Array> | undefined;
  const read = async (offset: number, size: number) => {
    if (size > most / 2) return await source.read(offset, size);
    if (bytes === undefined || offset < start || offset + size > end) {
      const goesOn = bytes !== undefined && offset >= start && offset <= end + length;
      length = goesOn ? Math.min(most, Math.max(2 * length, 4 * size)) : Math.max(FIRST_WINDOW, size);
      start = offset;
      end = Math.min(source.size, offset + length);
      bytes = source.read(start, end - start);
    }
    const from = offset - start, held = bytes;
    return (await held).subarray(from, from + size);
  };
  return { name: source.name, size: source.size, read };
}
