/** Turns and mirrors images as EXIF and TIFF ask for. */
import type { Picture } from "../../types.ts";

/**
 * `picture` as it should be seen, for the orientation 1 .. 8 of TIFF 6.0: where its first row and its first column
 * are. Others change nothing.
 */
export function upright(picture: Picture, orientation: number): Picture {
  if (!(orientation >= 2 && orientation <= 8)) return picture;
  const { width, height, data } = picture;
  const isTurned = orientation >= 5;
  const isRightToLeft = [2, 3, 6, 7].includes(orientation), isBottomUp = [3, 4, 7, 8].includes(orientation);
  const [outWidth, outHeight] = isTurned ? [height, width] : [width, height];
  const out = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++, to += 3) {
      const [u, v] = [isRightToLeft ? outWidth - 1 - x : x, isBottomUp ? outHeight - 1 - y : y];
      const from = (isTurned ? u * width + v : v * width + u) * 3;
      out[to] = data[from];
      out[to + 1] = data[from + 1];
      out[to + 2] = data[from + 2];
    }
  }
  return { ...picture, width: outWidth, height: outHeight, data: out };
}
