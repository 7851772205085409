/** Pixels in the layout that the kernels read. */
import type { Picture } from "../types.ts";

/** Rows that are interleaved so that a kernel loads a column of them at once. */
const ROWS = 4;

/** Words that {@link packPixels} fills for `height` x `width` pixels. */
export function packedWords(height: number, width: number): number {
  return Math.ceil(height / ROWS) * ROWS * width;
}

/**
 * Packs the `height` x `width` pixels of `picture` from row `top` and column `left` into `words` [height / 4, width,
 * 4 rows]. A pixel is R | G << 8 | B << 16; pixels outside the picture are black.
 */
export function packPixels(
  picture: Picture,
  top: number,
  left: number,
  height: number,
  width: number,
  words: Uint32Array,
): void {
  const { data } = picture;
  const fromX = Math.max(0, left), toX = Math.min(picture.width, left + width);
  const fromY = Math.max(0, top), toY = Math.min(picture.height, top + height);
  if (toX - fromX < width || toY - fromY < words.length / width) words.fill(0);
  const levels = new Uint8Array(data.buffer, 0, data.byteOffset + data.length);
  const fours = new Uint32Array(data.buffer, 0, levels.length >> 2);
  for (let y = fromY; y < toY; y++) {
    const row = y - top;
    const at = data.byteOffset + (y * picture.width + fromX) * 3;
    const to = (Math.floor(row / ROWS) * width + fromX - left) * ROWS + row % ROWS;
    packRow({ levels, fours }, at, words, to, to + (toX - fromX) * ROWS);
  }
}

/** Writes the pixels from byte `at` on to every fourth word from `to` to `end`, four pixels from three loads. */
function packRow(
  { levels, fours }: { readonly levels: Uint8Array; readonly fours: Uint32Array },
  at: number,
  words: Uint32Array,
  to: number,
  end: number,
): void {
  const one = () => {
    words[to] = levels[at] | (levels[at + 1] << 8) | (levels[at + 2] << 16);
    to += ROWS;
    at += 3;
  };
  while (to < end && at % 4 !== 0) one();
  let four = at >> 2;
  for (const last = end - 3 * ROWS; to < last; to += 4 * ROWS, four += 3) {
    const a = fours[four], b = fours[four + 1], c = fours[four + 2];
    words[to] = a & 0xffffff;
    words[to + ROWS] = (a >>> 24 | b << 8) & 0xffffff;
    words[to + 2 * ROWS] = (b >>> 16 | c << 16) & 0xffffff;
    words[to + 3 * ROWS] = c >>> 8;
  }
  at = 4 * four;
  while (to < end) one();
}
