/**
 * Offsets of the planes of a JPEG round trip, in words from the image's offset: Y, then Cb and Cr at half the sides.
 */

const blocks = (length: number) => Math.ceil(length / 8) * 8;

/** The planes of an image of `side` x `side`; their sides are multiples of 8. */
export function jpegPlanes(side: number) {
  const luma = blocks(side), chroma = blocks(Math.ceil(side / 2));
  return {
    luma,
    chroma,
    blue: luma * luma,
    red: luma * luma + chroma * chroma,
    words: luma * luma + 2 * chroma * chroma,
  };
}
