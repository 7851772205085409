/**
 * Images in a browser, on a page or in a worker: where `ImageDecoder` does not (browser_frames.ts), `createImageBitmap`
 * decodes, and a canvas provides the pixels.
 */
import { DataError, messageOf } from "../base/errors.ts";
import { cutFault, headerFault, MAX_PIXELS, pixelFault, readHeader } from "../data/decode/picture_header.ts";
import { portableDecoder } from "../data/decode/portable/mod.ts";
import type { Picture } from "../data/types.ts";
import { decodeFrame } from "./browser_frames.ts";

/**
 * Decodes an image of any format that is read to 8-bit RGB: EXIF orientation applied, first frame, alpha dropped
 * without blending, colour profiles ignored. BMP, TIFF, HEIC and 16-bit PNG have the same decoder as in Deno. In
 * Chromium, JPEG, other PNG, WebP and GIF give the same values as libvips, except CMYK (off by at most one); AVIF does
 * not, because its chroma is upsampled differently. TIFF with fax compression and the like is not read.
 *
 * Rejects with a one-line DataError if the bytes are empty, damaged or not such an image, or have more than
 * `maxPixels` pixels.
 */
export async function decodeImage(bytes: Uint8Array, maxPixels: number = MAX_PIXELS): Promise<Picture> {
  const header = readHeader(bytes);
  const fault = headerFault(bytes, header, maxPixels) ?? cutFault(bytes, header!);
  if (fault !== undefined) throw new DataError(fault);
  const portable = portableDecoder(bytes, header!);
  if (portable) return await portable(maxPixels);
  const quick = await decodeFrame(bytes, header!);
  if (quick !== undefined && quick.width * quick.height <= maxPixels) return quick;
  const bitmap = await decodeBitmap(bytes);
  try {
    const { width, height } = bitmap;
    if (width * height > maxPixels) throw new DataError(pixelFault(width, height, maxPixels));
    const rgba = readOpaque(bitmap) ?? readAlpha(bitmap);
    const data = new Uint8Array(width * height * 3);
    for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
      data[to] = rgba[from];
      data[to + 1] = rgba[from + 1];
      data[to + 2] = rgba[from + 2];
    }
    return { width, height, data };
  } finally {
    bitmap.close();
  }
}

async function decodeBitmap(bytes: Uint8Array): Promise<ImageBitmap> {
  try {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
    return await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch (cause) {
    const reason = messageOf(cause);
    throw new DataError(`the file is damaged, or not an image that this browser can decode (${reason})`, {
      cause,
    });
  }
}

/** The pixels as RGBA, or undefined if one is translucent: a 2D canvas premultiplies alpha, which loses colours. */
function readOpaque(bitmap: ImageBitmap): Uint8ClampedArray | undefined {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return undefined;
  return data;
}

/** The pixels as RGBA without premultiplied alpha. */
function readAlpha(bitmap: ImageBitmap): Uint8Array {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!gl) {
    throw new DataError("the image is translucent, and reading it needs WebGL 2, which this browser lacks");
  }
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const data = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, data);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return data;
}

/** The formats that every browser of today shows itself. */
const SHOWN: readonly string[] = ["JPEG", "PNG", "WebP", "GIF"];

/**
 * An image to look at, its longer side at most `side` pixels; smaller ones are not enlarged. Its values may differ from
 * those of {@link decodeImage}. @throws DataError if it cannot be decoded
 */
export async function drawBitmap(bytes: Uint8Array, side: number): Promise<ImageBitmap> {
  const header = readHeader(bytes);
  const isShown = header !== undefined && SHOWN.includes(header.format) &&
    header.width * header.height <= MAX_PIXELS;
  const whole = isShown ? await decodeBitmap(bytes) : await bitmapOf(await decodeImage(bytes));
  const scale = side / Math.max(whole.width, whole.height);
  if (scale >= 1) return whole;
  const size = (length: number) => Math.max(1, Math.round(length * scale));
  const options = { resizeWidth: size(whole.width), resizeHeight: size(whole.height) };
  const small = await createImageBitmap(whole, { ...options, resizeQuality: "medium" });
  whole.close();
  return small;
}

/** Encodes an image as JPEG, with the browser's own encoder. */
export async function encodeJpeg(picture: Picture, quality: number): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d")!.putImageData(imageDataOf(picture), 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: quality / 100 });
  return new Uint8Array(await blob.arrayBuffer());
}

/** An image to look at, with the same values. */
export function bitmapOf(picture: Picture): Promise<ImageBitmap> {
  return createImageBitmap(imageDataOf(picture));
}

function imageDataOf({ width, height, data }: Picture): ImageData {
  const image = new ImageData(width, height);
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    image.data[to] = data[from];
    image.data[to + 1] = data[from + 1];
    image.data[to + 2] = data[from + 2];
    image.data[to + 3] = 255;
  }
  return image;
}
