/**
 * Reads the format and size of an image file from its first bytes, so that files that are not images or have too many
 * pixels are rejected before a decoder allocates memory.
 */
import { ascii, contentFormat, FORMAT_NAMES, type PictureFormat } from "./formats.ts";
import { storedSize } from "./picture_sizes.ts";
import { hasPngPixels } from "./png_chunks.ts";
import { hasTiffPixels, readDirectory } from "./tiff_directory.ts";

/** Format and size of an image file. */
export interface PictureHeader {
  readonly format: PictureFormat;
  /** As stored, before EXIF orientation; 0 if the header does not contain it. */
  readonly width: number;
  readonly height: number;
  /** For JPEG: 1 is greyscale, 3 colour, 4 CMYK. */
  readonly components?: number;
}

/** The limit above which Pillow warns of a decompression bomb. */
export const MAX_PIXELS = 89_478_485;

/** Reads the header of an image file. Returns undefined if it is of no format that is read. */
export function readHeader(bytes: Uint8Array): PictureHeader | undefined {
  const format = contentFormat(bytes);
  return format && { format, ...storedSize(format, bytes) };
}

/** Why a file is rejected before decoding, or undefined. */
export function headerFault(
  bytes: Uint8Array,
  header: PictureHeader | undefined,
  maxPixels: number,
): string | undefined {
  if (bytes.length === 0) return "the file is empty";
  if (header === undefined) {
    return `not a ${FORMAT_NAMES} image: it starts with ${JSON.stringify(ascii(bytes, 0, 12))}`;
  }
  const { width, height } = header;
  return width * height > maxPixels ? pixelFault(width, height, maxPixels) : undefined;
}

/**
 * Why a file whose end is missing is rejected as truncated, or undefined. Decoders may show what is there and leave
 * the rest grey or black. Those of other formats notice it themselves.
 */
export function cutFault(bytes: Uint8Array, { format }: PictureHeader): string | undefined {
  if (format === "JPEG" && !hasJpegEnd(bytes)) return "the file is truncated (no end-of-image marker)";
  if (format === "PNG" && !hasPngPixels(bytes)) {
    return "the file is truncated (an IDAT chunk is incomplete)";
  }
  if (format === "TIFF" && !hasTiffPixels(readDirectory(bytes) ?? new Map(), bytes.length)) {
    return "the file is truncated (its directory points beyond its end)";
  }
  return undefined;
}

/** False if a file of these last bytes may be truncated. Of formats other than JPEG only its decoder can say. */
export function endsWhole(end: Uint8Array, { format }: PictureHeader): boolean {
  return format !== "JPEG" || end.at(-2) === 0xff && end.at(-1) === 0xd9;
}

/** Why an image of this size is rejected. `data.max_pixels` is the configuration key. */
export function pixelFault(width: number, height: number, maxPixels: number): string {
  return `the image has ${width}x${height} pixels: need at most ${maxPixels} (data.max_pixels)`;
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
