/**
 * The planes of a JPEG (Y, Cb, Cr) as RGB, to the values of libjpeg-turbo: its "fancy" upsampling of chroma (jdsample.c,
 * h2v2_fancy_upsample) and its conversion with 16 fractional bits (jdcolor.c, ycc_rgb_convert).
 */
import type { Picture } from "../types.ts";

/** Where a plane is among the bytes, and how many bytes a row has. */
export interface Plane {
  readonly offset: number;
  readonly stride: number;
}

/** Decoded planes: Y at full size, Cb and Cr at half of it in both directions (4:2:0, rounded up) or at full size. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly planes: readonly Plane[];
  readonly isHalved: boolean;
}

const HALF = 1 << 15;
const fixed = (factor: number) => Math.round(factor * 2 ** 16);
const table = (of: (chroma: number) => number) => Int32Array.from({ length: 256 }, (_, i) => of(i - 128));

/** What a level of Cr adds to red, of Cb to blue, and of both to green, there still with the fractional bits. */
const CR_RED = table((cr) => fixed(1.402) * cr + HALF >> 16);
const CB_BLUE = table((cb) => fixed(1.772) * cb + HALF >> 16);
const CB_GREEN = table((cb) => HALF - fixed(0.34414) * cb), CR_GREEN = table((cr) => -fixed(0.71414) * cr);

/** The planes as an image. */
export function pictureOfPlanes(
  { width, height, data, planes: [luma, ...chroma], isHalved }: Planes,
): Picture {
  const rgb = new Uint8ClampedArray(width * height * 3);
  const [cb, cr] = chroma.map((plane) =>
    isHalved ? halvedRows(data, plane, width, height) : fullRows(data, plane, width)
  );
  for (let y = 0, to = 0; y < height; y++) {
    const blues = cb(y), reds = cr(y), row = luma.offset + y * luma.stride;
    for (let x = 0; x < width; x++, to += 3) {
      const level = data[row + x], blue = blues[x], red = reds[x];
      rgb[to] = level + CR_RED[red];
      rgb[to + 1] = level + (CB_GREEN[blue] + CR_GREEN[red] >> 16);
      rgb[to + 2] = level + CB_BLUE[blue];
    }
  }
  return { width, height, data: new Uint8Array(rgb.buffer) };
}

/** A row of chroma at full width; valid until the next is asked for. */
type RowAt = (y: number) => Uint8Array;

function fullRows(data: Uint8Array, { offset, stride }: Plane, width: number): RowAt {
  return (y) => data.subarray(offset + y * stride, offset + y * stride + width);
}

/**
 * Rows of a halved plane: each value is 9/16 of the nearest, 3/16 of the next nearest in its row and in its column, and
 * 1/16 of the one across, where those beyond the edge are the edge's. Planes of one or two columns are repeated instead.
 */
function halvedRows(data: Uint8Array, { offset, stride }: Plane, width: number, height: number): RowAt {
  const columns = Math.ceil(width / 2), rows = Math.ceil(height / 2);
  const row = new Uint8Array(2 * columns);
  const sums = new Uint16Array(columns + 2); // of two rows, by 3 and 1, with a column more on each side
  return (y) => {
    const near = y >> 1, at = offset + near * stride;
    if (columns <= 2) {
      for (let x = 0; x < row.length; x++) row[x] = data[at + (x >> 1)];
      return row;
    }
    const other = Math.min(rows - 1, Math.max(0, y & 1 ? near + 1 : near - 1)),
      across = offset + other * stride;
    for (let x = 0; x < columns; x++) sums[x + 1] = 3 * data[at + x] + data[across + x];
    sums[0] = sums[1];
    sums[columns + 1] = sums[columns];
    for (let x = 0, to = 0; x < columns; x++) {
      const here = 3 * sums[x + 1];
      row[to++] = here + sums[x] + 8 >> 4;
      row[to++] = here + sums[x + 2] + 7 >> 4;
    }
    return row;
  };
}
