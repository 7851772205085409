/** The format of a file according to its first bytes and according to its name. */

const ascii = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));

const isAvif = (bytes: Uint8Array) => ascii(bytes, 4, 8) === "ftyp" && /^avi[fs]$/.test(ascii(bytes, 8, 12));
const isHeic = (bytes: Uint8Array) =>
  ascii(bytes, 4, 8) === "ftyp" && /^(hei[cx]|mif1|msf1)$/.test(ascii(bytes, 8, 12));

const signatures: readonly (readonly [format: string, is: (bytes: Uint8Array) => boolean])[] = [
  ["JPEG", (bytes) => ascii(bytes, 0, 3) === "\xff\xd8\xff"],
  ["PNG", (bytes) => ascii(bytes, 0, 8) === "\x89PNG\r\n\x1a\n"],
  ["WebP", (bytes) => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP"],
  ["GIF", (bytes) => /^GIF8[79]a$/.test(ascii(bytes, 0, 6))],
  ["TIFF", (bytes) => ["II*\0", "MM\0*"].includes(ascii(bytes, 0, 4))],
  ["BMP", (bytes) => ascii(bytes, 0, 2) === "BM"],
  ["AVIF", isAvif],
  ["HEIC", isHeic],
];

const EXTENSIONS: Readonly<Record<string, string>> = {
  jpg: "JPEG",
  jpeg: "JPEG",
  jfif: "JPEG",
  png: "PNG",
  webp: "WebP",
  gif: "GIF",
  tif: "TIFF",
  tiff: "TIFF",
  bmp: "BMP",
  avif: "AVIF",
  heic: "HEIC",
  heif: "HEIC",
};

/** The image format indicated by the first bytes of a file, or undefined if it is unknown. */
export function contentFormat(bytes: Uint8Array): string | undefined {
  return signatures.find(([, is]) => is(bytes))?.[0];
}

/** The image format indicated by a file's extension, or undefined if it is unknown. */
export function nameFormat(path: string): string | undefined {
  const [, extension] = /\.(\w+)$/.exec(path) ?? [];
  return extension === undefined ? undefined : EXTENSIONS[extension.toLowerCase()];
}
