/** Resize as in torchvision: of the shorter side, or of both. */
import * as z from "zod";
import type { ResizeFilter } from "./operation.ts";
import { shorterSideAt } from "./resample.ts";
import { defineTransform, optionalSize, resizeFilter, type TransformPlugin } from "./transform.ts";

const options = z.strictObject({
  size: optionalSize,
  keep_aspect: z.boolean().default(true),
  ratio: z.number().positive().optional(),
  interpolation: resizeFilter,
}).refine(
  ({ size, ratio }) => size === undefined || ratio === undefined,
  "must have size or ratio, not both",
);

/** Its options. */
export interface ResizeOptions {
  readonly size?: number | undefined;
  readonly keep_aspect: boolean;
  /** In place of a size: its share of the dataset's image_size. */
  readonly ratio?: number | undefined;
  readonly interpolation: ResizeFilter;
}

/** The side that a resize makes: `size`, or `ratio` times the dataset's image_size, rounded. */
export function resizedSide(
  { size, ratio = 1 }: Pick<ResizeOptions, "size" | "ratio">,
  imageSize: number,
): number {
  return size ?? Math.max(1, Math.round(imageSize * ratio));
}

/**
 * Resizes the shorter side to `size`, keeping the aspect ratio: torchvision's Resize(size). With keep_aspect=false,
 * stretches the image to a square: Resize((size, size)). What is reduced before it is kept is reduced by bilinear
 * filters, so a bicubic resize needs all pixels.
 */
export const resize: TransformPlugin = defineTransform({
  options,
  random: false,
  takes: ({ keep_aspect, interpolation, ...sizes }, { imageSize }) =>
    interpolation === "bilinear"
      ? { side: resizedSide(sizes, imageSize), stretched: !keep_aspect }
      : undefined,
  make: ({ keep_aspect, interpolation, ...sizes }, { imageSize }) => {
    const side = resizedSide(sizes, imageSize);
    return (given) => [{
      kind: "resize",
      ...keep_aspect ? shorterSideAt(given, side) : { width: side, height: side },
      interpolation,
    }];
  },
});
