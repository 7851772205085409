/** The chunks of a PNG file (PNG specification, 5.3). */
import { ascii } from "./formats.ts";

/** A chunk; `data` is shorter than `length` if the file ends in it. */
export interface PngChunk {
  readonly type: string;
  readonly length: number;
  readonly data: Uint8Array;
  /** Of type and data; undefined if the file ends before it. */
  readonly crc32: number | undefined;
}

/** The chunks in order, up to the end of the file. */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = view.getUint32(at), end = at + 8 + length;
    yield {
      type: ascii(bytes, at + 4, at + 8),
      length,
      data: bytes.subarray(at + 8, Math.min(end, bytes.length)),
      crc32: end + 4 <= bytes.length ? view.getUint32(end) : undefined,
    };
    at = end + 4;
  }
}

/** True if there are pixels, and no chunk of them is cut. */
export function hasPngPixels(bytes: Uint8Array): boolean {
  const pixels = [...pngChunks(bytes)].filter(({ type }) => type === "IDAT");
  return pixels.length > 0 && pixels.every(({ crc32 }) => crc32 !== undefined);
}
