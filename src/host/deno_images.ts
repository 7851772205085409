/** Pictures under Deno: libvips through the npm package `sharp` decodes and encodes; needs --allow-ffi. */
import sharp from "sharp";
import { DataError } from "../base/errors.ts";
import type { Picture } from "../data/types.ts";

/** The most pixels that a picture may have: Pillow's limit, beyond which it warns of a decompression bomb. */
export const MAX_PIXELS = 89_478_485;

let isReady = false;

/** Pictures are small and decoded side by side: one thread each, and no cache of files seen once. */
function prepare(): void {
  if (isReady) return;
  isReady = true;
  sharp.concurrency(1);
  sharp.cache(false);
}

/**
 * Decodes a JPEG, PNG, WebP, GIF, TIFF or AVIF by its content, to 8-bit RGB as Pillow's `convert("RGB")` gives it:
 * turned upright by EXIF, the first frame, alpha dropped without blending, colour profiles not applied, 16-bit
 * values cut to their high byte, CMYK converted.
 *
 * Rejects with a DataError of one line if the bytes are empty, no such picture, cut off, damaged, or have more than
 * `maxPixels` pixels.
 */
export async function decodeImage(bytes: Uint8Array, maxPixels: number = MAX_PIXELS): Promise<Picture> {
  prepare();
  if (bytes.length === 0) throw new DataError("the file is empty");
  if (!isPicture(bytes)) {
    throw new DataError(`no JPEG, PNG, WebP, GIF, TIFF or AVIF: starts with ${startOf(bytes)}`);
  }
  const image = sharp(bytes, { failOn: "error", limitInputPixels: maxPixels, ignoreIcc: true })
    .autoOrient().toColourspace("srgb").removeAlpha().raw({ depth: "uchar" });
  try {
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return {
      width,
      height,
      data: toRgb(new Uint8Array(data.buffer, data.byteOffset, data.length), channels),
    };
  } catch (error) {
    throw new DataError(reasonOf(error, maxPixels), { cause: error });
  }
}

/** Encodes a picture as baseline JPEG with 4:2:0 chroma; `quality` is 1 .. 100. The same input gives the same bytes. */
export async function encodeJpeg(picture: Picture, quality: number): Promise<Uint8Array> {
  prepare();
  return await encoder(picture).jpeg({ quality, chromaSubsampling: "4:2:0" }).toBuffer();
}

/** Encodes a picture as PNG. */
export async function encodePng(picture: Picture): Promise<Uint8Array> {
  prepare();
  return await encoder(picture).png().toBuffer();
}

function encoder({ width, height, data }: Picture) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const ascii = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));

/** By the first bytes, so that sharp is never asked to parse SVG, PDF or the like. */
function isPicture(bytes: Uint8Array): boolean {
  const start = ascii(bytes, 0, 4);
  return start.startsWith("\xff\xd8\xff") || start === "\x89PNG" || start === "GIF8" ||
    (start === "RIFF" && ascii(bytes, 8, 12) === "WEBP") || start === "II*\0" || start === "MM\0*" ||
    (ascii(bytes, 4, 8) === "ftyp" && /^(avi[fs]|mif1|msf1)$/.test(ascii(bytes, 8, 12)));
}

function startOf(bytes: Uint8Array): string {
  return JSON.stringify(ascii(bytes, 0, 12));
}

function toRgb(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array(data.length / channels * 3);
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + (channels > 2 ? 1 : 0)];
    rgb[to + 2] = data[from + (channels > 2 ? 2 : 0)];
  }
  return rgb;
}

function reasonOf(error: unknown, maxPixels: number): string {
  const message = (error instanceof Error ? error.message : String(error)).trim().split("\n")[0];
  if (/pixel limit/.test(message)) return `the picture has more than ${maxPixels} pixels`;
  if (/premature end/.test(message)) return `the file is cut off (${message})`;
  return `the file is damaged (${message.replace(/[:\s]+$/, "")})`;
}
