/** ZoomOut: places the image on a larger canvas and shrinks that to the image's size. */
import * as z from "zod";
import type { Picture } from "../types.ts";
import type { OperationOf } from "./operation.ts";
import { resizeTo } from "./resample.ts";
import {
  colorOf,
  defineTransform,
  fillLevels,
  probability,
  range,
  roundHalfEven,
  type TransformPlugin,
} from "./transform.ts";

/** `picture` resized to a box and placed at the box in an image of `fill`. */
export function zoomOut(picture: Picture, how: Omit<OperationOf<"zoom_out">, "kind">): Picture {
  const { width, height } = picture;
  const { top, left, fill } = how;
  const small = resizeTo(picture, how.width, how.height);
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 3) data.set(fill, at);
  for (let y = 0; y < small.height; y++) {
    const row = small.data.subarray(y * small.width * 3, (y + 1) * small.width * 3);
    data.set(row, ((top + y) * width + left) * 3);
  }
  return { width, height, data };
}

/**
 * With probability `p`, shrinks the image by a factor uniform in `scale`, as if its canvas grew by that factor, and
 * places it at a random position on `fill` (torchvision's RandomZoomOut).
 */
export const zoom_out: TransformPlugin = defineTransform({
  options: z.strictObject({
    scale: range(1, 1000).default([1, 1.5]),
    fill: fillLevels.default([124, 116, 104]),
    p: probability.default(0.3),
  }),
  random: true,
  make: ({ scale: [low, high], fill, p }) => ({ width, height }, rng) => {
    if (rng.uniform() >= p) return [];
    const scale = rng.uniform(low, high);
    const small = (side: number) => Math.max(1, roundHalfEven(side / scale));
    const [w, h] = [small(width), small(height)];
    const [top, left] = [rng.integer(height - h + 1), rng.integer(width - w + 1)];
    return [{ kind: "zoom_out", width: w, height: h, top, left, fill: colorOf(fill) }];
  },
});
