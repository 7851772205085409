/**
 * Windows and OS/2 bitmaps: 1, 4, 8, 16, 24 and 32 bits a pixel, run-length encoding, colour masks. No package on npm
 * reads more than a part of them.
 */
import type { Picture } from "../../types.ts";

/** Values of the field "compression". */
const RAW = 0, RLE8 = 1, RLE4 = 2, MASKS = 3, MASKS_WITH_ALPHA = 6;
const NAMES = new Map([[4, "JPEG"], [5, "PNG"]]);

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the palette, or the masks of the oldest header, start. */
  readonly headerEnd: number;
  /** Bytes of a palette's entry. */
  readonly entry: number;
  readonly colors: number;
  readonly pixels: number;
}

/** Decodes a bitmap; alpha is dropped. @throws RangeError if it is damaged, or of a kind that is not read */
export function decodeBmp(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const { width, height, bits, compression, isTopDown } = header;
  if (width < 1 || height < 1) throw new RangeError(`its size is ${width}x${height}`);
  const data = new Uint8Array(width * height * 3);
  const put = bits <= 8 ? paletteWriter(bytes, header, data) : maskWriter(view, header, data);
  const isPacked = compression === RLE8 || compression === RLE4;
  const runs = isPacked ? unpack(bytes, header) : undefined;
  const stride = Math.ceil(width * bits / 32) * 4;
  if (!runs && header.pixels + stride * (height - 1) + Math.ceil(width * bits / 8) > bytes.length) {
    throw new RangeError("the file is truncated");
  }
  for (let row = 0; row < height; row++) {
    const to = (isTopDown ? row : height - 1 - row) * width * 3;
    const start = header.pixels + row * stride;
    for (let x = 0; x < width; x++) {
      put(to + x * 3, runs ? runs[row * width + x] : valueAt(view, start, x, bits));
    }
  }
  return { width, height, data };
}

function readHeader(view: DataView): BmpHeader {
  const size = view.getUint32(14, true);
  const word = (at: number) => view.getUint16(at, true);
  const isOld = size === 12; // BITMAPCOREHEADER
  const height = isOld ? word(20) : view.getInt32(22, true);
  const bits = isOld ? word(24) : word(28);
  const compression = size > 16 ? view.getUint32(30, true) : RAW;
  if (![1, 4, 8, 16, 24, 32].includes(bits) || NAMES.has(compression)) {
    throw new RangeError(`${NAMES.get(compression) ?? bits + " bits"} in a BMP is not read`);
  }
  const colors = size >= 36 ? view.getUint32(46, true) : 0;
  return {
    width: isOld ? word(18) : view.getInt32(18, true),
    height: Math.abs(height),
    isTopDown: height < 0,
    bits,
    compression,
    headerEnd: 14 + size,
    entry: isOld ? 3 : 4,
    colors: bits > 8 ? 0 : Math.min(colors || 2 ** bits, 2 ** bits),
    pixels: view.getUint32(10, true),
  };
}

/** The value of pixel `x` of the row that starts at `start`. */
function valueAt(view: DataView, start: number, x: number, bits: number): number {
  if (bits === 32) return view.getUint32(start + 4 * x, true);
  if (bits === 24) return view.getUint16(start + 3 * x, true) | view.getUint8(start + 3 * x + 2) << 16;
  if (bits === 16) return view.getUint16(start + 2 * x, true);
  const perByte = 8 / bits;
  const shift = 8 - bits - (x % perByte) * bits;
  return view.getUint8(start + Math.floor(x / perByte)) >> shift & 2 ** bits - 1;
}

type Writer = (to: number, value: number) => void;

/** Writes the colour of a palette; values beyond it are black. */
function paletteWriter(bytes: Uint8Array, { headerEnd, entry, colors }: BmpHeader, data: Uint8Array): Writer {
  return (to, value) => {
    const from = headerEnd + value * entry;
    for (let c = 0; c < 3; c++) data[to + c] = value < colors ? bytes[from + 2 - c] : 0;
  };
}

/** Writes the parts that masks cut out of a value, scaled to 0 .. 255. */
function maskWriter(view: DataView, { bits, compression, headerEnd }: BmpHeader, data: Uint8Array): Writer {
  const isMasked = compression === MASKS || compression === MASKS_WITH_ALPHA;
  // the masks are behind the header of 40 bytes, and within longer ones at the same place
  const masks = isMasked
    ? [0, 4, 8].map((at) => view.getUint32((headerEnd < 54 ? headerEnd : 54) + at, true))
    : bits === 16
    ? [0x7c00, 0x3e0, 0x1f]
    : [0xff0000, 0xff00, 0xff];
  const parts = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, most: mask >>> shift };
  });
  return (to, value) => {
    parts.forEach(({ mask, shift, most }, c) => {
      data[to + c] = most === 0 ? 0 : Math.floor(((value & mask) >>> shift) * 255 / most);
    });
  };
}

/** The palette's indices of a run-length encoded image, rows from the bottom up; what it leaves out is 0. */
function unpack(bytes: Uint8Array, { width, height, pixels, compression }: BmpHeader): Uint8Array {
  const indices = new Uint8Array(width * height);
  const half = compression === RLE4;
  let at = pixels, x = 0, y = 0;
  const put = (index: number) => {
    if (x < width && y < height) indices[y * width + x] = index;
    x++;
  };
  const part = (byte: number, i: number) => half ? i % 2 === 0 ? byte >> 4 : byte & 15 : byte;
  while (y < height) {
    if (at + 2 > bytes.length) throw new RangeError("the file is truncated");
    const count = bytes[at++], value = bytes[at++];
    if (count > 0) { for (let i = 0; i < count; i++) put(part(value, i)); }
    else if (value === 1) break; // the end
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 2) [x, y] = [x + bytes[at++], y + bytes[at++]];
    else {
      for (let i = 0; i < value; i++) put(part(bytes[at + (half ? i >> 1 : i)], i));
      at += Math.ceil((half ? Math.ceil(value / 2) : value) / 2) * 2;
    }
  }
  return indices;
}
