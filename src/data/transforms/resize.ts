/** Resize as in torchvision: of the shorter side, or of both. */
import * as z from "zod";
import { shorterSideAt } from "./resample.ts";
import { defineTransform, optionalSize } from "./transform.ts";

const options = z.strictObject({
  size: optionalSize,
  keep_aspect: z.boolean().default(true),
  ratio: z.number().positive().optional(),
}).refine(
  ({ size, ratio }) => size === undefined || ratio === undefined,
  "must have size or ratio, not both",
);

/** The side that a resize makes: `size`, or `ratio` times the dataset's image_size, rounded. */
export function resizedSide(
  { size, ratio = 1 }: Omit<z.output<typeof options>, "keep_aspect">,
  imageSize: number,
): number {
  return size ?? Math.max(1, Math.round(imageSize * ratio));
}

/**
 * Resizes the shorter side to `size`, keeping the aspect ratio: torchvision's Resize(size). With keep_aspect=false,
 * stretches the image to a square: Resize((size, size)).
 */
export const resize = defineTransform({
  options,
  random: false,
  takes: ({ keep_aspect, ...sizes }, { imageSize }) => ({
    side: resizedSide(sizes, imageSize),
    stretched: !keep_aspect,
  }),
  make: ({ keep_aspect, ...sizes }, { imageSize }) => {
    const side = resizedSide(sizes, imageSize);
    return (given) => [
      { kind: "resize", ...keep_aspect ? shorterSideAt(given, side) : { width: side, height: side } },
    ];
  },
});
