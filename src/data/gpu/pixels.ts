/** Pixels as the kernels read them. */
import type { Picture } from "../types.ts";

/** Rows that lie side by side, so that a kernel loads a column of them at once. */
const ROWS = 4;

/** Words that {@link packPixels} fills for `height` x `width` pixels. */
export function packedWords(height: number, width: number): number {
  return Math.ceil(height / ROWS) * ROWS * width;
}

/**
 * Writes the part of `picture` from row `top` and column `left`, `height` x `width` pixels, into `words`
 * [height / 4, width, 4 rows]: a pixel is R | G << 8 | B << 16, and what lies outside the picture is black.
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
  const pixel = (at: number) => data[at] | (data[at + 1] << 8) | (data[at + 2] << 16);
  const stride = picture.width * 3;
  for (let y = fromY; y < toY; y++) {
    const row = y - top, isWhole = row % ROWS === 0 && y + ROWS <= toY;
    let from = y * stride + fromX * 3;
    let to = (Math.floor(row / ROWS) * width + fromX - left) * ROWS + row % ROWS;
    for (const end = to + (toX - fromX) * ROWS; to < end; to += ROWS, from += 3) {
      words[to] = pixel(from);
      if (!isWhole) continue;
      words[to + 1] = pixel(from + stride);
      words[to + 2] = pixel(from + 2 * stride);
      words[to + 3] = pixel(from + 3 * stride);
    }
    if (isWhole) y += ROWS - 1;
  }
}
