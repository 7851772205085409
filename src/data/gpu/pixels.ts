/** Pixels as the kernels read them. */
import type { Picture } from "../types.ts";

/**
 * Writes the part of `picture` from row `top` and column `left`, `height` x `width` pixels, into `words`: a pixel is
 * R | G << 8 | B << 16, and what lies outside the picture is black.
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
  if (toX - fromX < width || toY - fromY < height) words.fill(0);
  for (let y = fromY; y < toY; y++) {
    let from = (y * picture.width + fromX) * 3;
    let to = (y - top) * width + fromX - left;
    for (const end = to + toX - fromX; to < end; to++, from += 3) {
      words[to] = data[from] | (data[from + 1] << 8) | (data[from + 2] << 16);
    }
  }
}
