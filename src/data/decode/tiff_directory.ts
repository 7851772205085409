/** The first directory of a TIFF file (TIFF 6.0 and BigTIFF), and of EXIF data, which has the same form. */

/** Tags that are looked at. */
export const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  stripSizes: 279,
  predictor: 317,
  tileOffsets: 324,
  tileSizes: 325,
} as const;

/** The values of integer fields, by tag. */
export type TiffDirectory = ReadonlyMap<number, readonly number[]>;

/** Bytes of a value of the integer types: BYTE, SHORT, LONG and LONG8. */
const SIZES = new Map([[1, 1], [3, 2], [4, 4], [16, 8]]);

/** Reads the directory, without what lies beyond the end of `bytes`; undefined if there is none. */
export function readDirectory(bytes: Uint8Array): TiffDirectory | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const read = (at: number, size: number): number => {
    if (at + size > bytes.length) throw new RangeError("beyond the end");
    if (size === 8) return Number(view.getBigUint64(at, little));
    return size === 4 ? view.getUint32(at, little) : size === 2 ? view.getUint16(at, little) : bytes[at];
  };
  try {
    const isBig = read(2, 2) === 43;
    const [entrySize, wordSize] = isBig ? [20, 8] : [12, 4];
    const start = read(isBig ? 8 : 4, wordSize), count = read(start, isBig ? 8 : 2);
    const first = start + (isBig ? 8 : 2);
    const directory = new Map<number, readonly number[]>();
    for (let at = first; at < first + count * entrySize; at += entrySize) {
      const tag = read(at, 2), size = SIZES.get(read(at + 2, 2)), values = read(at + 4, wordSize);
      if (size === undefined || values * size > bytes.length) continue;
      const field = at + 4 + wordSize;
      const from = values * size <= wordSize ? field : read(field, wordSize);
      if (from + values * size > bytes.length) continue;
      directory.set(tag, Array.from({ length: values }, (_, i) => read(from + i * size, size)));
    }
    return directory;
  } catch {
    return undefined;
  }
}

/** True if the pixels that the directory points to end within `length` bytes. */
export function hasTiffPixels(directory: TiffDirectory, length: number): boolean {
  const offsets = directory.get(TAG.stripOffsets) ?? directory.get(TAG.tileOffsets);
  const sizes = directory.get(TAG.stripSizes) ?? directory.get(TAG.tileSizes);
  return offsets !== undefined && sizes !== undefined && offsets.length > 0 &&
    offsets.every((offset, i) => offset + sizes[i] <= length);
}
