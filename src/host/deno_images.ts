/**
 * Images under Deno: libvips, through the npm package `sharp`, decodes and encodes, and libjpeg-turbo decodes JPEGs where
 * it is installed; needs --allow-ffi.
 */
import type { Sharp } from "sharp";
import { DataError, firstLineOf } from "../base/errors.ts";
import { cmykToRgb } from "../data/decode/cmyk.ts";
import { cutFault, headerFault, MAX_PIXELS, readHeader } from "../data/decode/picture_header.ts";
import { portableDecoder } from "../data/decode/portable/mod.ts";
import { isPlainTiff } from "../data/decode/portable/tiff.ts";
import type { Picture } from "../data/types.ts";
import { openTurbojpeg, type Turbojpeg } from "./deno_turbojpeg.ts";

let opened: { readonly library: Turbojpeg | undefined } | undefined;

/** libjpeg-turbo, opened when the first JPEG needs it; undefined if the system has none. @throws DataError */
export function turbojpeg(): Turbojpeg | undefined {
  return (opened ??= { library: openTurbojpeg() }).library;
}

let loading: Promise<typeof import("sharp")["default"]> | undefined;

/**
 * libvips, loaded when the first image needs it. Images are small and decoded concurrently, so each gets one thread,
 * and there is no cache for files that are read once.
 * @throws DataError with the cure if it does not load
 */
function loadSharp(): Promise<typeof import("sharp")["default"]> {
  return loading ??= import("sharp").then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  }, (cause) => {
    const reason = firstLineOf(cause);
    throw new DataError(
      `Cannot decode images: the package sharp does not load (${reason}); run ./setup.sh`,
      { cause },
    );
  });
}

/**
 * Decodes an image of any format that is read, recognised by content, to 8-bit RGB like Pillow's `convert("RGB")`:
 * EXIF orientation applied, first frame, alpha dropped without blending, colour profiles ignored, wide values scaled
 * by their range, CMYK converted without a profile.
 *
 * Rejects with a one-line DataError if the bytes are empty, truncated, damaged or not such an image, or have more
 * than `maxPixels` pixels.
 */
export function decodeImage(bytes: Uint8Array, maxPixels: number = MAX_PIXELS): Promise<Picture> {
  return decode(bytes, maxPixels, true);
}

/** The same in a thread that has nothing else to do meanwhile. */
export function decodeInThread(bytes: Uint8Array, maxPixels: number = MAX_PIXELS): Promise<Picture> {
  return decode(bytes, maxPixels, false);
}

async function decode(bytes: Uint8Array, maxPixels: number, waits: boolean): Promise<Picture> {
  const header = readHeader(bytes);
  // This way sharp never parses SVG, PDF or the like. For a truncated PNG it knows best whether pixels are missing.
  const fault = headerFault(bytes, header, maxPixels) ??
    (header!.format === "PNG" ? undefined : cutFault(bytes, header!));
  if (fault !== undefined) throw new DataError(fault);
  const isPlain = header!.format === "TIFF" && isPlainTiff(bytes);
  const portable = isPlain ? undefined : portableDecoder(bytes, header!);
  if (portable) return await portable(maxPixels);
  const quick = header!.format === "JPEG" ? await turbojpeg()?.decode(bytes, waits) : undefined;
  if (quick) return quick;
  const sharp = await loadSharp();
  const cmyk = header?.components === 4;
  const image = sharp(header!.format === "AVIF" ? asStill(bytes) : bytes, {
    failOn: "error",
    limitInputPixels: maxPixels,
    ignoreIcc: true,
  }).autoOrient();
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

/** libvips reads the first image of an animated AVIF, but does not know the brand with which such a file begins. */
function asStill(bytes: Uint8Array): Uint8Array {
  const still = bytes.slice();
  still.set(new TextEncoder().encode("avif"), 8);
  return still;
}

/** Names the decoder and its version, since another may return other values. @throws DataError if it does not load */
export async function decoderVersion(): Promise<string> {
  const { sharp, vips } = (await loadSharp()).versions;
  const jpegs = turbojpeg() === undefined ? "" : "libjpeg-turbo, ";
  return `${jpegs}sharp ${sharp}, libvips ${vips}, geotiff 3.0.5, libheif-js 1.23.2, first frame, full size, 8-bit RGB by range`;
}

/** Encodes an image as baseline JPEG with 4:2:0 chroma; `quality` is 1 .. 100. The output is deterministic. */
export async function encodeJpeg(picture: Picture, quality: number): Promise<Uint8Array> {
  return await (await encoder(picture)).jpeg({ quality, chromaSubsampling: "4:2:0" }).toBuffer();
}

/** Encodes an image as PNG. */
export async function encodePng(picture: Picture): Promise<Uint8Array> {
  return await (await encoder(picture)).png().toBuffer();
}

async function encoder({ width, height, data }: Picture): Promise<Sharp> {
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels: 3 } });
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
  const message = firstLineOf(error);
  if (/pixel limit/.test(message)) return `the image has more than ${maxPixels} pixels (data.max_pixels)`;
  if (/premature end/.test(message)) return `the file is truncated (${message})`;
  if (/support is not configured|not supported/i.test(message)) {
    return `this kind is not read (${message.trim()})`;
  }
  // libvips has one list of errors for all threads: if two files fail at once, one may be left without a message.
  if (/^Unknown error/.test(message)) return "the file is damaged";
  return `the file is damaged (${message.replace(/[:\s]+$/, "")})`;
}
