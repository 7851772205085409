/**
 * How far a decoded image may be reduced before it is kept, so that the transforms still make the same of it: those of
 * evaluation bit for bit, those of training but for the resampling.
 */
import type { Picture } from "../types.ts";
import type { Size } from "./operation.ts";
import { resizeTo, shorterSideAt } from "./resample.ts";

/** The size to which larger images are reduced. */
export interface Reduction {
  /** In pixels. */
  readonly side: number;
  /** Both sides become `side`; otherwise the shorter one does, and the aspect ratio stays. */
  readonly stretched: boolean;
}

/** The size to which an image of `size` is reduced: its own, unless both of its sides are larger. */
export function reducedSize(size: Size, { side, stretched }: Reduction): Size {
  if (Math.min(size.width, size.height) <= side) return size;
  return stretched ? { width: side, height: side } : shorterSideAt(size, side);
}

/** `picture` by Pillow's antialiased bilinear resize, or as it is where it is small enough. */
export function reduce(picture: Picture, reduction: Reduction | undefined): Picture {
  const { width, height } = picture, to = reduction ? reducedSize(picture, reduction) : picture;
  if (to.width === width && to.height === height) return picture;
  const { assumedBits } = picture;
  return {
    ...resizeTo(picture, to.width, to.height),
    ...(assumedBits !== undefined && { assumedBits }),
    original: { width, height },
  };
}

/** A reduction in words: "448 px on the shorter side", "224 x 224 px". */
export function describeReduction({ side, stretched }: Reduction): string {
  return stretched ? `${side} x ${side} px` : `${side} px on the shorter side`;
}
