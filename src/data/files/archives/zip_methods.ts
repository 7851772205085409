/** How the files of a .zip are compressed (APPNOTE.TXT 4.4.5), and who decompresses them. */
import { inflateSync } from "fflate";

/** Decompresses all bytes of a file whose unpacked size is known. Throws what its library throws. */
type Decompress = (packed: Uint8Array, size: number) => Uint8Array | Promise<Uint8Array>;

export const STORED = 0, DEFLATE = 8;
const ZSTD = 93;

/** The methods that are read. */
export const methods: Readonly<Record<number, Decompress>> = {
  [STORED]: (packed) => packed,
  [DEFLATE]: (packed, size) => inflateSync(packed, { out: new Uint8Array(size) }),
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
  14: "LZMA",
  95: "xz",
  98: "PPMd",
};

/** A method's name in messages. */
export function methodName(method: number): string {
  return OTHER_NAMES[method] ?? `method ${method}`;
}
