/** How the files of a .zip are compressed (APPNOTE.TXT 4.4.5), and who decompresses them. */
import { inflateSync } from "fflate";

/** Decompresses all bytes of a file whose unpacked size is known. Throws what its library throws. */
type Decompress = (packed: Uint8Array, size: number) => Uint8Array | Promise<Uint8Array>;

export const STORED = 0, DEFLATE = 8;
const LZMA = 14, ZSTD = 93;

/** The methods that are read. */
export const methods: Readonly<Record<number, Decompress>> = {
  [STORED]: (packed) => packed,
  [DEFLATE]: (packed, size) => inflateSync(packed, { out: new Uint8Array(size) }),
  [LZMA]: async (packed, size) => {
    const { decompress } = await import("lzma1");
    return decompress(lzmaAlone(packed, size));
  },
  [ZSTD]: async (packed, size) => {
    const { decompress } = await import("fzstd");
    return decompress(packed, new Uint8Array(size));
  },
};

const OTHER_NAMES: Readonly<Record<number, string>> = {
  1: "shrink",
  6: "implode",
  9: "deflate64",
  12: "bzip2",
  95: "xz",
  98: "PPMd",
};

/** A method's name in messages. */
export function methodName(method: number): string {
  return OTHER_NAMES[method] ?? `method ${method}`;
}

/**
 * A .zip's LZMA data in the form of .lzma files. Both have properties and a stream; a .zip puts the version (2 bytes)
 * and the length of the properties (2 bytes) before them, and .lzma the unpacked size (8 bytes) after them.
 */
function lzmaAlone(packed: Uint8Array, size: number): Uint8Array {
  const propertiesEnd = 4 + (packed[2] | packed[3] << 8);
  const head = new Uint8Array(propertiesEnd - 4 + 8);
  head.set(packed.subarray(4, propertiesEnd));
  new DataView(head.buffer).setBigUint64(propertiesEnd - 4, BigInt(size), true);
  const alone = new Uint8Array(head.length + packed.length - propertiesEnd);
  alone.set(head);
  alone.set(packed.subarray(propertiesEnd), head.length);
  return alone;
}
