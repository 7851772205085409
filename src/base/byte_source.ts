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
