/** Where each format has an image's size, as stored: 0 where its first bytes do not say. */
import { ascii, type PictureFormat } from "./formats.ts";
import { readDirectory, TAG } from "./tiff_directory.ts";

/** A size, and for JPEG its number of components. */
export interface StoredSize {
  readonly width: number;
  readonly height: number;
  readonly components?: number;
}

const UNKNOWN: StoredSize = { width: 0, height: 0 };

type SizeReader = (bytes: Uint8Array, view: DataView) => StoredSize;

const readers: Readonly<Record<PictureFormat, SizeReader>> = {
  JPEG: jpegFrame,
  PNG: (bytes, view) => ascii(bytes, 12, 16) === "IHDR" ? sides32(view, 16, false) : UNKNOWN,
  WebP: webpSize,
  GIF: (_, view) => sides16(view, 6),
  BMP: (_, view) => view.getUint32(14, true) === 12 ? sides16(view, 18) : sides32(view, 18, true),
  TIFF: tiffSize,
  AVIF: heifSize,
  HEIC: heifSize,
};

/** The size of an image of this format. */
export function storedSize(format: PictureFormat, bytes: Uint8Array): StoredSize {
  try {
    return readers[format](bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof RangeError) return UNKNOWN; // the file ends before it
    throw error;
  }
}

/** Two numbers of 16 bits, little-endian. */
function sides16(view: DataView, at: number): StoredSize {
  return { width: view.getUint16(at, true), height: view.getUint16(at + 2, true) };
}

/** Two numbers of 32 bits; a negative height, as in BMP, means that rows go from top to bottom. */
function sides32(view: DataView, at: number, little: boolean): StoredSize {
  return { width: Math.abs(view.getInt32(at, little)), height: Math.abs(view.getInt32(at + 4, little)) };
}

function tiffSize(bytes: Uint8Array): StoredSize {
  const directory = readDirectory(bytes);
  const side = (tag: number) => directory?.get(tag)?.[0] ?? 0;
  return { width: side(TAG.width), height: side(TAG.height) };
}

/** The largest of HEIF's "image spatial extents": a photo may consist of tiles, and have a thumbnail. */
function heifSize(bytes: Uint8Array, view: DataView): StoredSize {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 1 << 16));
  let largest = UNKNOWN;
  for (const { index } of start.matchAll(/ispe/g)) {
    if (index + 16 > bytes.length) break;
    const size = sides32(view, index + 8, false);
    if (size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}

function webpSize(bytes: Uint8Array, view: DataView): StoredSize {
  const chunk = ascii(bytes, 12, 16);
  const uint24 = (at: number) => view.getUint16(at, true) | view.getUint8(at + 2) << 16;
  if (chunk === "VP8X") return { width: uint24(24) + 1, height: uint24(27) + 1 };
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: (bits >>> 14 & 0x3fff) + 1 };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

/** The contents of the frame header of a JPEG (ITU-T T.81, B.2.2); zeros if there is none. */
function jpegFrame(bytes: Uint8Array): StoredSize {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker === 0xff) { // a fill byte before the marker
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      const uint16 = (at: number) => bytes[at] << 8 | bytes[at + 1];
      return { width: uint16(at + 7), height: uint16(at + 5), components: bytes[at + 9] };
    }
    at += 2 + (bytes[at + 2] << 8 | bytes[at + 3]);
  }
  return { ...UNKNOWN, components: 0 };
}
