/** Pictures under Deno: libvips through the npm package `sharp` decodes and encodes; needs --allow-ffi. */
import type { Sharp } from "sharp";
import { DataError } from "../base/errors.ts";
import type { Picture } from "../data/types.ts";

/** The most pixels that a picture may have: Pillow's limit, beyond which it warns of a decompression bomb. */
export const MAX_PIXELS = 89_478_485;

let loading: Promise<typeof import("sharp")["default"]> | undefined;

/**
 * libvips, loaded when the first picture needs it. Pictures are small and decoded side by side: one thread each, and
 * no cache of files seen once.
 * @throws DataError with the cure if it does not load
 */
function loadSharp(): Promise<typeof import("sharp")["default"]> {
  return loading ??= import("sharp").then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  }, (cause) => {
    const reason = (cause instanceof Error ? cause.message : String(cause)).trim().split("\n")[0];
    throw new DataError(
      `Cannot decode pictures as the package sharp does not load (${reason}): run ./setup.sh`,
      { cause },
    );
  });
}

/**
 * Decodes a JPEG, PNG, WebP, GIF, TIFF or AVIF by its content, to 8-bit RGB as Pillow's `convert("RGB")` gives it:
 * turned upright by EXIF, the first frame, alpha dropped without blending, colour profiles not applied, 16-bit
 * values cut to their high byte, CMYK converted without a profile.
 *
 * Rejects with a DataError of one line if the bytes are empty, no such picture, cut off, damaged, or have more than
 * `maxPixels` pixels.
 */
export async function decodeImage(bytes: Uint8Array, maxPixels: number = MAX_PIXELS): Promise<Picture> {
  if (bytes.length === 0) throw new DataError("the file is empty");
  if (!isPicture(bytes)) {
    throw new DataError(`no JPEG, PNG, WebP, GIF, TIFF or AVIF: starts with ${startOf(bytes)}`);
  }
  const sharp = await loadSharp();
  const cmyk = jpegComponents(bytes) === 4;
  const image = sharp(bytes, { failOn: "error", limitInputPixels: maxPixels, ignoreIcc: true }).autoOrient();
  const converted = cmyk
    ? image.pipelineColourspace("cmyk").toColourspace("cmyk")
    : image.toColourspace("srgb").removeAlpha();
  try {
    const { data, info } = await converted.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
    const { width, height, channels } = info;
    return { width, height, data: cmyk && channels === 4 ? cmykToRgb(pixels) : toRgb(pixels, channels) };
  } catch (error) {
    throw new DataError(reasonOf(error, maxPixels), { cause: error });
  }
}

/** Encodes a picture as baseline JPEG with 4:2:0 chroma; `quality` is 1 .. 100. The same input gives the same bytes. */
export async function encodeJpeg(picture: Picture, quality: number): Promise<Uint8Array> {
  return await (await encoder(picture)).jpeg({ quality, chromaSubsampling: "4:2:0" }).toBuffer();
}

/** Encodes a picture as PNG. */
export async function encodePng(picture: Picture): Promise<Uint8Array> {
  return await (await encoder(picture)).png().toBuffer();
}

async function encoder({ width, height, data }: Picture): Promise<Sharp> {
  const sharp = await loadSharp();
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

/** As Pillow's Convert.c does it, without a colour profile. */
function cmykToRgb(data: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(data.length / 4 * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    const paper = 255 - data[from + 3];
    for (let c = 0; c < 3; c++) {
      const product = data[from + c] * paper + 128;
      rgb[to + c] = paper - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}

/** The number of components that a JPEG's frame header names, or undefined if it is no JPEG or has none. */
function jpegComponents(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker === 0xff) { // a fill byte before the marker
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return bytes[at + 9];
    at += 2 + (bytes[at + 2] << 8 | bytes[at + 3]);
  }
  return undefined;
}

function reasonOf(error: unknown, maxPixels: number): string {
  const message = (error instanceof Error ? error.message : String(error)).trim().split("\n")[0];
  if (/pixel limit/.test(message)) return `the picture has more than ${maxPixels} pixels`;
  if (/premature end/.test(message)) return `the file is cut off (${message})`;
  return `the file is damaged (${message.replace(/[:\s]+$/, "")})`;
}
