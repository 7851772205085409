/**
 * JPEG and PNG by `ImageDecoder`, where the browser has it: `createImageBitmap` needs a Blob for each, and so a message
 * to another process, which takes several times as long as decoding a small image.
 */
import { jpegOrientation } from "../data/decode/jpeg_orientation.ts";
import { pictureOfPlanes } from "../data/decode/jpeg_planes.ts";
import type { PictureHeader } from "../data/decode/picture_header.ts";
import { pngChunks } from "../data/decode/png_chunks.ts";
import { upright } from "../data/decode/portable/upright.ts";
import type { Picture } from "../data/types.ts";

/** The image, or undefined if it is another's to decode, and to say what is wrong with it. */
export async function decodeFrame(bytes: Uint8Array, header: PictureHeader): Promise<Picture | undefined> {
  if (typeof ImageDecoder === "undefined") return undefined;
  const orientation = orientationOf(bytes, header);
  if (orientation === undefined) return undefined;
  const decoder = new ImageDecoder({
    data: bytes as Uint8Array<ArrayBuffer>,
    type: `image/${header.format.toLowerCase()}`,
    colorSpaceConversion: "none",
  });
  try {
    const { image } = await decoder.decode();
    const picture = await pictureOf(image);
    image.close();
    return picture && upright(picture, orientation);
  } catch {
    return undefined;
  } finally {
    decoder.close();
  }
}

/** How an image is to be turned; undefined for formats and files that decoders may understand differently. */
function orientationOf(bytes: Uint8Array, { format }: PictureHeader): number | undefined {
  if (format === "JPEG") return jpegOrientation(bytes);
  const isPlain = format === "PNG" && ![...pngChunks(bytes)].some(({ type }) => /^(?:eXIf|acTL)$/.test(type));
  return isPlain ? 1 : undefined;
}

/** Pixels as they are stored, alpha dropped; undefined for a pixel format that is not known here. */
async function pictureOf(frame: VideoFrame): Promise<Picture | undefined> {
  const { format } = frame, { width, height } = frame.visibleRect!;
  const isPlanar = format === "I420" || format === "I444", isRgb = /^(?:RGB|BGR)[AX]$/.test(format ?? "");
  if (!isPlanar && !isRgb) return undefined;
  const data = new Uint8Array(frame.allocationSize());
  const planes = await frame.copyTo(data);
  if (isPlanar) return pictureOfPlanes({ width, height, data, planes, isHalved: format === "I420" });
  const [red, blue] = format!.startsWith("R") ? [0, 2] : [2, 0], [{ offset, stride }] = planes;
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let from = offset + y * stride, end = from + 4 * width; from < end; from += 4, to += 3) {
      rgb[to] = data[from + red];
      rgb[to + 1] = data[from + 1];
      rgb[to + 2] = data[from + blue];
    }
  }
  return { width, height, data: rgb };
}
