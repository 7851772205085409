/** How the files of a .zip are compressed (APPNOTE.TXT 4.4.5), and who decompresses them. */
import { Inflate, inflateSync } from "fflate";

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

/** What the beginning of a deflated file of `size` bytes decompresses to: at most `length` bytes. */
export function inflateHead(packed: Uint8Array, size: number, length: number): Uint8Array {
  const head = new Uint8Array(Math.min(size, length));
  let count = 0;
  const inflate = new Inflate((part) => {
    const rest = part.subarray(0, head.length - count);
    head.set(rest, count);
    count += rest.length;
  });
  inflate.push(packed);
  return head.subarray(0, count);
}

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
