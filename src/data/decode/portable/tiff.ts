/** TIFF by the package geotiff: the samples of the first page as they are, then colours by our own rules. */
import type { Picture } from "../../types.ts";
import { cmykToRgb } from "../cmyk.ts";
import { readDirectory, TAG, type TiffDirectory } from "../tiff_directory.ts";
import { pictureOf } from "./levels.ts";
import { upright } from "./upright.ts";

/** Values of the field "photometric interpretation". */
const WHITE_IS_ZERO = 0, BLACK_IS_ZERO = 1, RGB = 2, PALETTE = 3, CMYK = 5, YCBCR = 6;
const JPEG = 7;
/** Compressions: none, LZW, JPEG, Deflate (two numbers), PackBits. (Zstandard's decoder hangs on damaged data.) */
const COMPRESSIONS = [1, 5, JPEG, 8, 32946, 32773];
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

/** True for grey and RGB of 8 bits without loss, which libvips reads to the same values, in a twentieth of the time. */
export function isPlainTiff(bytes: Uint8Array): boolean {
  const directory = readDirectory(bytes);
  return [BLACK_IS_ZERO, RGB].includes(valueOf(directory, TAG.photometric, -1)) &&
    valueOf(directory, TAG.compression, 1) !== JPEG &&
    directory!.get(TAG.bits)?.every((bits) => bits === 8) === true;
}

/** Decodes the first page: wide values scaled by their range, CMYK as Pillow has it, turned, alpha dropped. */
export async function decodeTiff(bytes: Uint8Array): Promise<Picture> {
  const { fromArrayBuffer } = await import("geotiff");
  const image = await (await fromArrayBuffer(bytes.slice().buffer)).getImage();
  const directory = readDirectory(bytes);
  const kind = valueOf(directory, TAG.photometric, RGB), stored = image.getSamplesPerPixel();
  if (!image.fileDirectory.hasTag("BitsPerSample")) { // the default is 1, which geotiff does not know
    image.fileDirectory.actualizedFields.set(TAG.bits, Array<number>(stored).fill(1));
  }
  const channels = kind === PALETTE || stored < 3 ? 1 : kind === CMYK ? 4 : 3;
  const samples = Array.from({ length: channels }, (_, i) => i); // without alpha and further bands
  const [width, height] = [image.getWidth(), image.getHeight()];
  const data = await image.readRasters({ interleave: true, samples }) as unknown as ArrayLike<number>;
  if (data.length !== width * height * channels) throw new RangeError(`it has ${data.length} samples`);
  const bits = image.getBitsPerSample();
  const colored = (rgb: Uint8Array): Picture => ({ width, height, data: rgb });
  const turned = (picture: Picture) => upright(picture, valueOf(directory, TAG.orientation, 1));
  if (kind === PALETTE) {
    return turned(colored(byPalette(data, await image.fileDirectory.loadValue("ColorMap"))));
  }
  if (kind === YCBCR) return turned(colored(ycbcrToRgb(data)));
  if (kind === CMYK) {
    return turned(colored(cmykToRgb(bits === 16 ? Array.from(data, (value) => value >> 8) : data)));
  }
  const picture = pictureOf({
    width,
    height,
    channels,
    data,
    isFloat: image.getSampleFormat() === FLOAT,
    bits: image.getSampleFormat() === SIGNED ? bits - 1 : bits,
    significant: bits % 16 === 0 ? undefined : bits, // wide types hold narrow values, odd ones are meant
  });
  if (kind === WHITE_IS_ZERO) picture.data.forEach((level, i) => picture.data[i] = 255 - level);
  return turned(picture);
}

function valueOf(directory: TiffDirectory | undefined, tag: number, otherwise: number): number {
  return directory?.get(tag)?.[0] ?? otherwise;
}

/** The high bytes of a palette's entries: all of red, then of green, then of blue. */
function byPalette(data: ArrayLike<number>, palette: unknown): Uint8Array {
  const colors = palette as Uint16Array, count = colors.length / 3;
  const rgb = new Uint8Array(data.length * 3);
  for (let from = 0, to = 0; to < rgb.length; from++, to += 3) {
    for (let c = 0; c < 3; c++) rgb[to + c] = data[from] < count ? colors[c * count + data[from]] >> 8 : 0;
  }
  return rgb;
}

/** As in JFIF, which is what JPEG in TIFF holds. */
function ycbcrToRgb(data: ArrayLike<number>): Uint8Array {
  const rgb = new Uint8ClampedArray(data.length); // rounds and clips
  for (let at = 0; at < rgb.length; at += 3) {
    const [y, cb, cr] = [data[at], data[at + 1] - 128, data[at + 2] - 128];
    rgb[at] = y + 1.402 * cr;
    rgb[at + 1] = y - 0.344136 * cb - 0.714136 * cr;
    rgb[at + 2] = y + 1.772 * cb;
  }
  return new Uint8Array(rgb.buffer);
}
