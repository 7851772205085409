/**
 * Samples of any type as 8-bit RGB. Values of 16 bits and more rarely fill their type: cameras, scanners and
 * microscopes store 12 bits in 16, some programs 8. Floats are 0 .. 1 by custom.
 */
import type { Picture } from "../../types.ts";

/** Samples of an image, row by row, channels last. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  /** Samples in a pixel, of which the first three are shown, or the first if there are fewer. */
  readonly channels: number;
  readonly data: ArrayLike<number>;
  /** True if `data` holds floats. */
  readonly isFloat: boolean;
  /** The bits of integers, as their type has them. */
  readonly bits: number;
  /** The bits that the file says they have, if it says it. */
  readonly significant?: number | undefined;
}

/** The picture of `samples`. Its `assumedBits` say where the file did not declare how bright its values are. */
export function pictureOf(samples: Samples): Picture {
  const { width, height, channels, data, isFloat, bits, significant } = samples;
  const shown = channels < 3 ? 1 : 3;
  const most = largest(samples, shown);
  const { white, assumed } = isFloat ? whiteOfFloats(most) : whiteOf(most, bits, significant);
  const level = isFloat || white < 255
    ? (value: number) => value > 0 ? Math.min(255, Math.round(value * 255 / white)) : 0
    : (value: number) => Math.max(0, Math.floor(value * 256 / (white + 1))); // the high bits
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    for (let c = 0; c < 3; c++) rgb[to + c] = level(data[from + (shown === 3 ? c : 0)]);
  }
  return { width, height, data: rgb, ...assumed === undefined ? {} : { assumedBits: assumed } };
}

interface White {
  /** The value that is white. */
  readonly white: number;
  /** Its bits, if they are not declared and fewer than the type has. */
  readonly assumed?: number | undefined;
}

/**
 * White for integers whose largest is `most`. By PNG's rule, values with a number of significant bits are stored
 * scaled to all bits; some writers leave them as they are, which shows where all of them are small.
 */
function whiteOf(most: number, bits: number, significant: number | undefined): White {
  const full = 2 ** bits - 1;
  if (significant !== undefined) {
    const declared = 2 ** significant - 1;
    return { white: most <= declared ? declared : full };
  }
  const usual = usualBits(most);
  return bits <= 8 || most === 0 || usual >= bits
    ? { white: full }
    : { white: 2 ** usual - 1, assumed: usual };
}

function whiteOfFloats(most: number): White {
  if (most <= 1) return { white: 1 };
  const assumed = usualBits(most);
  return { white: 2 ** assumed - 1, assumed };
}

/** 8, 12 or 16 bits, as are usual, or as many as the value needs. */
function usualBits(most: number): number {
  return [8, 12, 16].find((bits) => most < 2 ** bits) ?? Math.ceil(Math.log2(most + 1));
}

/** The largest finite sample that is shown, at least 0. */
function largest({ data, channels }: Samples, shown: number): number {
  let most = 0;
  for (let at = 0; at < data.length; at += channels) {
    for (let c = 0; c < shown; c++) {
      const value = data[at + c];
      if (value > most && value < Infinity) most = value;
    }
  }
  return most;
}
