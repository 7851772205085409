/** Encodes images as PNG (PNG specification, third edition): 8-bit RGB, unfiltered rows. */
import { concatBytes } from "../base/bytes.ts";
import { crc32 } from "../base/crc32.ts";

/** 8-bit RGB, row by row, channels last: height * width * 3 values. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const METERS_PER_INCH = 0.0254;

/**
 * Encodes an image; `dotsPerInch` is its resolution in print.
 * @throws TypeError if the data does not match the image's size
 */
export async function encodePng({ width, height, data }: Pixels, dotsPerInch?: number): Promise<Uint8Array> {
  if (width < 1 || height < 1 || data.length !== width * height * 3) {
    throw new TypeError(
      `Cannot encode PNG: data must have ${width} x ${height} x 3 values, current length is ${data.length}`,
    );
  }
  return concatBytes([
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", [...word(width), ...word(height), 8, 2, 0, 0, 0]), // 8 bits, RGB
    ...(dotsPerInch === undefined ? [] : [chunk("pHYs", density(dotsPerInch))]),
    chunk("IDAT", await deflate(lines(data, width, height))),
    chunk("IEND", []),
  ]);
}

/** The rows, each preceded by its filter type: 0, none. */
function lines(data: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const row = 3 * width, bytes = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y++) bytes.set(data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  return bytes;
}

/** Pixels per metre along both axes. */
function density(dotsPerInch: number): number[] {
  const dots = word(Math.round(dotsPerInch / METERS_PER_INCH));
  return [...dots, ...dots, 1];
}

/** Deflate in zlib framing, by the runtime, which is several times as fast as our own code would be. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Length, type, data, and a checksum over type and data. */
function chunk(type: string, data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  bytes.set(word(data.length));
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  bytes.set(word(crc32(bytes.subarray(4, 8 + data.length))), 8 + data.length);
  return bytes;
}

/** Four bytes, big-endian. */
function word(value: number): number[] {
  return [value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 255);
}
