/** RandomResizedCrop as in torchvision: a crop of random area and aspect ratio, resized to a square. */
import * as z from "zod";
import type { Rng } from "../../base/rng.ts";
import type { Box } from "./operation.ts";
import {
  defineTransform,
  optionalSize,
  range,
  resizeFilter,
  roundHalfEven,
  type TransformPlugin,
} from "./transform.ts";

const ATTEMPTS = 10;

/**
 * Draws a crop of a `width` x `height` image: area as a fraction uniform in `scale`, aspect ratio log-uniform in
 * `ratio`; after ten attempts that do not fit, the largest central crop. Torchvision's get_params.
 */
export function drawCrop(
  width: number,
  height: number,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  rng: Rng,
): Box {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = width * height * rng.uniform(scale[0], scale[1]);
    const aspect = Math.exp(rng.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = roundHalfEven(Math.sqrt(area * aspect));
    const h = roundHalfEven(Math.sqrt(area / aspect));
    if (w < 1 || w > width || h < 1 || h > height) continue;
    return { top: rng.integer(height - h + 1), left: rng.integer(width - w + 1), height: h, width: w };
  }
  return centralCrop(width, height, ratio);
}

function centralCrop(width: number, height: number, ratio: readonly [number, number]): Box {
  const aspect = width / height;
  const w = aspect > ratio[1] ? Math.max(1, roundHalfEven(height * ratio[1])) : width;
  const h = aspect < ratio[0] ? Math.max(1, roundHalfEven(width / ratio[0])) : height;
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}

/** The shorter side of the smallest crop of any image, as a fraction of the image's shorter side. */
function leastCrop([least]: readonly [number, number], [narrow, wide]: readonly [number, number]): number {
  const drawn = Math.sqrt(least * Math.min(narrow, 1 / wide)), central = Math.min(1, wide, 1 / narrow);
  return Math.min(drawn, central);
}

/** Crops a random part and resizes it to `size` x `size`. */
export const random_resized_crop: TransformPlugin = defineTransform({
  options: z.strictObject({
    size: optionalSize,
    scale: range(1e-6).default([0.08, 1]),
    ratio: range(1e-3).default([3 / 4, 4 / 3]),
    interpolation: resizeFilter,
  }),
  random: true,
  takes: ({ size, scale, ratio }, { imageSize }) => ({
    side: Math.ceil((size ?? imageSize) / leastCrop(scale, ratio)),
    stretched: false,
  }),
  make: ({ size, scale, ratio, interpolation }, { imageSize }) => ({ width, height }, rng) => {
    const side = size ?? imageSize;
    return [
      { kind: "crop", ...drawCrop(width, height, scale, ratio, rng) },
      { kind: "resize", width: side, height: side, interpolation },
    ];
  },
});
