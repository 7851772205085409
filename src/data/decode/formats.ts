/** The image formats that are read, everywhere: by what a file's name ends with, and by its first bytes. */

/** A format's name. */
export type PictureFormat = "JPEG" | "PNG" | "WebP" | "GIF" | "BMP" | "TIFF" | "AVIF" | "HEIC";

interface Format {
  /** Endings of file names, lower case. */
  readonly endings: readonly string[];
  /** True for the first bytes of such a file. */
  readonly starts: (bytes: Uint8Array) => boolean;
}

/** Bytes as characters of the same codes. */
export const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));

const formats: Readonly<Record<PictureFormat, Format>> = {
  JPEG: {
    endings: ["jpg", "jpeg", "jfif"],
    starts: (bytes) => ascii(bytes, 0, 3) === "\xff\xd8\xff",
  },
  PNG: { endings: ["png"], starts: (bytes) => ascii(bytes, 0, 4) === "\x89PNG" },
  WebP: {
    endings: ["webp"],
    starts: (bytes) => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP",
  },
  GIF: { endings: ["gif"], starts: (bytes) => ascii(bytes, 0, 4) === "GIF8" },
  BMP: { endings: ["bmp", "dib"], starts: isBmp },
  TIFF: { endings: ["tif", "tiff"], starts: (bytes) => /^(II[*+]\0|MM\0[*+])/.test(ascii(bytes, 0, 4)) },
  AVIF: { endings: ["avif"], starts: (bytes) => brands(bytes).some((brand) => /^avi[fs]$/.test(brand)) },
  HEIC: {
    endings: ["heic", "heif", "hif"],
    starts: (bytes) => brands(bytes).some((brand) => /^(he[iv][cxms]|mif[12]|msf1)$/.test(brand)),
  },
};

const names = Object.keys(formats) as PictureFormat[];
const byEnding = new Map(names.flatMap((name) => formats[name].endings.map((ending) => [ending, name])));

/** The formats' names, for messages: "JPEG, PNG, ... or HEIC". */
export const FORMAT_NAMES = listed(names);
/** The usual ending of each format, for messages: ".jpg, .png, ... or .heic". */
export const ENDINGS = listed(names.map((name) => `.${formats[name].endings[0]}`));

function listed(all: readonly string[]): string {
  return `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}

/** The format of a file by its first bytes, or undefined if it is none of these. */
export function contentFormat(bytes: Uint8Array): PictureFormat | undefined {
  return names.find((name) => formats[name].starts(bytes));
}

/** The format of a file by its name, or undefined if files of that name are not read as images. */
export function nameFormat(path: string): PictureFormat | undefined {
  const [, ending] = /\.(\w+)$/.exec(path) ?? [];
  return ending === undefined ? undefined : byEnding.get(ending.toLowerCase());
}

/** BM, and the size of one of the headers that exist, as two letters alone say little. */
function isBmp(bytes: Uint8Array): boolean {
  return ascii(bytes, 0, 2) === "BM" && [12, 16, 40, 52, 56, 64, 108, 124].includes(bytes[14]) &&
    bytes[15] === 0;
}

/** The brands of an ISO media file, the major one first; none if it is no such file. */
function brands(bytes: Uint8Array): string[] {
  if (ascii(bytes, 4, 8) !== "ftyp") return [];
  const [, , high, low] = bytes;
  const end = Math.min(bytes.length, high << 8 | low, 256);
  const all = ascii(bytes, 8, Math.max(12, end)).match(/[^]{4}/g) ?? [];
  return all.filter((_, i) => i !== 1); // the second is the minor version
}
