/**
 * Reads the format and size of an image file from its first bytes, so that files that are not images or have too many
 * pixels are rejected before a decoder allocates memory.
 */

/** The formats that are recognised, by content and regardless of the file name. */
export type PictureFormat = "JPEG" | "PNG" | "WebP" | "GIF" | "TIFF" | "AVIF";

/** Format and size of an image file. */
export interface PictureHeader {
  readonly format: PictureFormat;
  /** As stored, before EXIF orientation; 0 if the header does not contain it, as in TIFF. */
  readonly width: number;
  readonly height: number;
  /** For JPEG: 1 is greyscale, 3 colour, 4 CMYK. */
  readonly components?: number;
}

/** The limit above which Pillow warns of a decompression bomb. */
export const MAX_PIXELS = 89_478_485;

const ascii = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));

/** Reads the header of an image file. Returns undefined if it is not one of {@link PictureFormat}. */
export function readHeader(bytes: Uint8Array): PictureHeader | undefined {
  const start = ascii(bytes, 0, 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = (at: number, read: (at: number) => [number, number]) => {
    const [width, height] = at + 8 <= bytes.length ? read(at) : [0, 0];
    return { width, height };
  };
  if (start.startsWith("\xff\xd8\xff")) return { format: "JPEG", ...jpegFrame(bytes) };
  if (start === "\x89PNG") {
    const at = ascii(bytes, 12, 16) === "IHDR" ? 16 : bytes.length;
    return { format: "PNG", ...size(at, (at) => [view.getUint32(at), view.getUint32(at + 4)]) };
  }
  if (start === "GIF8") {
    return { format: "GIF", ...size(6, (at) => [view.getUint16(at, true), view.getUint16(at + 2, true)]) };
  }
  if (start === "RIFF" && ascii(bytes, 8, 12) === "WEBP") return { format: "WebP", ...webpSize(bytes, view) };
  if (start === "II*\0" || start === "MM\0*") return { format: "TIFF", width: 0, height: 0 };
  if (ascii(bytes, 4, 8) === "ftyp" && /^(avi[fs]|mif1|msf1)$/.test(ascii(bytes, 8, 12))) {
    const ispe = ascii(bytes, 0, 4096).indexOf("ispe"); // HEIF's "image spatial extents" property
    const at = ispe < 0 ? bytes.length : ispe + 8;
    return { format: "AVIF", ...size(at, (at) => [view.getUint32(at), view.getUint32(at + 4)]) };
  }
  return undefined;
}

/** Why a file is rejected before decoding, or undefined. */
export function headerFault(
  bytes: Uint8Array,
  header: PictureHeader | undefined,
  maxPixels: number,
): string | undefined {
  if (bytes.length === 0) return "the file is empty";
  if (header === undefined) {
    return `not a JPEG, PNG, WebP, GIF, TIFF or AVIF image: it starts with ${
      JSON.stringify(ascii(bytes, 0, 12))
    }`;
  }
  const { width, height } = header;
  return width * height > maxPixels ? pixelFault(width, height, maxPixels) : undefined;
}

/**
 * Why a JPEG or PNG file is rejected as truncated, or undefined. Browsers show what is there and leave the rest grey;
 * libvips reports the truncation itself.
 */
export function cutFault(bytes: Uint8Array, { format }: PictureHeader): string | undefined {
  if (format === "JPEG" && !hasJpegEnd(bytes)) return "the file is truncated (no end-of-image marker)";
  if (format === "PNG" && !hasPngPixels(bytes)) {
    return "the file is truncated (an IDAT chunk is incomplete)";
  }
  return undefined;
}

/** Why an image of this size is rejected. `data.max_pixels` is the configuration key. */
export function pixelFault(width: number, height: number, maxPixels: number): string {
  return `the image has ${width}x${height} pixels: need at most ${maxPixels} (data.max_pixels)`;
}

function webpSize(bytes: Uint8Array, view: DataView): { width: number; height: number } {
  if (bytes.length < 30) return { width: 0, height: 0 };
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
function jpegFrame(bytes: Uint8Array): { width: number; height: number; components: number } {
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
  return { width: 0, height: 0, components: 0 };
}

/** True if an end-of-image marker follows the start of the last scan; entropy-coded data never contains one. */
function hasJpegEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at > 0; at--) {
    if (bytes[at] !== 0xff) continue;
    if (bytes[at + 1] === 0xd9) return true;
    if (bytes[at + 1] === 0xda) return false;
  }
  return false;
}

/** True if every IDAT chunk is complete and its checksum matches. */
function hasPngPixels(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let isFound = false;
  for (let at = 8; at + 8 <= bytes.length;) {
    const isPixels = ascii(bytes, at + 4, at + 8) === "IDAT";
    isFound ||= isPixels;
    at += 12 + view.getUint32(at);
    if (isPixels && at > bytes.length) return false;
  }
  return isFound;
}
