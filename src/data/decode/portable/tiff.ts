/** TIFF by the package geotiff: the samples of the first page as they are, then colours by our own rules. */
import type { Picture } from "../../types.ts";
import { cmykToRgb } from "../cmyk.ts";
import { readDirectory, TAG, type TiffDirectory } from "../tiff_directory.ts";
import { pictureOf } from "./levels.ts";
import { upright } from "./upright.ts";

/** Values of the field "photometric interpretation". */
const WHITE_IS_ZERO = 0, BLACK_IS_ZERO = 1, RGB = 2, PALETTE = 3, CMYK = 5, YCBCR = 6;
const JPEG = 7;
/** Compressions: none, LZW, JPEG, Deflate (two numbers), PackBits, Zstandard. */
const COMPRESSIONS = [1, 5, JPEG, 8, 32946, 32773, 50000];
const SIGNED = 2, FLOAT = 3;
const BIG_ENDIAN = 0x4d;

/** True for the kinds that this file decodes; others, such as fax, are left to the host's decoder. */
export function isPortableTiff(bytes: Uint8Array): boolean {
  const directory = readDirectory(bytes);
  const compression = valueOf(directory, TAG.compression, 1), kind = valueOf(directory, TAG.photometric, -1);
  const isKnown = [WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK].includes(kind) ||
    (kind === YCBCR && compression === JPEG);
  // geotiff 3.0.5 undoes horizontal differences of wide samples in the machine's byte order, not the file's
  const isMisread = bytes[0] === BIG_ENDIAN && valueOf(directory, TAG.predictor, 1) === 2 &&
    valueOf(directory, TAG.bits, 1) > 8;
  return isKnown && !isMisread && COMPRESSIONS.includes(compression);
}

/** Decodes the first page: wide values scaled by their range, CMYK as Pillow has it, turned, alpha dropped. */
export async function decodeTiff(bytes: Uint8Array): Promise<Picture> {
  const { fromArrayBuffer } = await import("geotiff");
  const image = await (await fromArrayBuffer(bytes.slice().buffer)).getImage();
  const [width, height, channels] = [image.getWidth(), image.getHeight(), image.getSamplesPerPixel()];
  if (!image.fileDirectory.hasTag("BitsPerSample")) { // the default is 1, which geotiff does not know
    image.fileDirectory.actualizedFields.set(TAG.bits, Array<number>(channels).fill(1));
  }
  const data = await image.readRasters({ interleave: true }) as unknown as ArrayLike<number>;
  if (data.length !== width * height * channels) throw new RangeError(`it has ${data.length} samples`);
  const directory = readDirectory(bytes);
  const bits = image.getBitsPerSample(), format = image.getSampleFormat();
  const size = { width, height };
  const picture = async (): Promise<Picture> => {
    switch (valueOf(directory, TAG.photometric, RGB)) {
      case CMYK:
        return {
          ...size,
          data: cmykToRgb(bits === 16 ? Array.from(data, (value) => value >> 8) : data, channels),
        };
      case YCBCR:
        return { ...size, data: ycbcrToRgb(data, channels) };
      case PALETTE:
        return { ...size, data: byPalette(data, channels, await image.fileDirectory.loadValue("ColorMap")) };
      default:
        return pictureOf({
          ...size,
          channels,
          data,
          isFloat: format === FLOAT,
          bits: format === SIGNED ? bits - 1 : bits,
          significant: bits % 16 === 0 ? undefined : bits,
        });
    }
  };
  const made = await picture();
  if (valueOf(directory, TAG.photometric, RGB) === WHITE_IS_ZERO) {
    made.data.forEach((level, i) => made.data[i] = 255 - level);
  }
  return upright(made, valueOf(directory, TAG.orientation, 1));
}

function valueOf(directory: TiffDirectory | undefined, tag: number, otherwise: number): number {
  return directory?.get(tag)?.[0] ?? otherwise;
}

/** The high bytes of a palette's entries: all of red, then of green, then of blue. */
function byPalette(data: ArrayLike<number>, channels: number, palette: unknown): Uint8Array {
  const colors = palette as Uint16Array, count = colors.length / 3;
  const rgb = new Uint8Array(data.length / channels * 3);
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    for (let c = 0; c < 3; c++) rgb[to + c] = data[from] < count ? colors[c * count + data[from]] >> 8 : 0;
  }
  return rgb;
}

/** As in JFIF, which is what JPEG in TIFF holds. */
function ycbcrToRgb(data: ArrayLike<number>, channels: number): Uint8Array {
  const rgb = new Uint8ClampedArray(data.length / channels * 3); // rounds and clips
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    const [y, cb, cr] = [data[from], data[from + 1] - 128, data[from + 2] - 128];
    rgb[to] = y + 1.402 * cr;
    rgb[to + 1] = y - 0.344136 * cb - 0.714136 * cr;
    rgb[to + 2] = y + 1.772 * cb;
  }
  return new Uint8Array(rgb.buffer);
}
