/** Crops as in torchvision; the area outside the image is black. */
import * as z from "zod";
import type { Picture } from "../types.ts";
import { resizeTo } from "./resample.ts";
import type { Box, OperationOf, Size } from "./operation.ts";
import { defineTransform, optionalSize, roundHalfEven, type TransformPlugin } from "./transform.ts";

/** The part of `picture` from row `top` and column `left`, `height` x `width` pixels. */
export function crop(picture: Picture, top: number, left: number, height: number, width: number): Picture {
  if (top === 0 && left === 0 && height === picture.height && width === picture.width) return picture;
  const data = new Uint8Array(height * width * 3);
  const fromX = Math.max(0, left), toX = Math.min(picture.width, left + width);
  const fromY = Math.max(0, top), toY = Math.min(picture.height, top + height);
  for (let y = fromY; y < toY && fromX < toX; y++) {
    const row = y * picture.width;
    data.set(
      picture.data.subarray((row + fromX) * 3, (row + toX) * 3),
      ((y - top) * width + fromX - left) * 3,
    );
  }
  return { width, height, data };
}

/** The central `size` x `size` pixels; a shorter side is padded with black, an odd pixel at its end. */
export function centerCrop(picture: Picture, size: number): Picture {
  const { top, left } = centralBox(picture, size);
  return crop(picture, top, left, size, size);
}

/** The box of the central `size` x `size` pixels. */
function centralBox({ width, height }: Size, size: number): Box {
  return { top: cropStart(height, size), left: cropStart(width, size), height: size, width: size };
}

function cropStart(length: number, size: number): number {
  return size > length ? -Math.floor((size - length) / 2) : roundHalfEven((length - size) / 2);
}

/**
 * `picture` after a resize, and `box` of that: what a thin image is resized to may be too long for memory, so only
 * the box is computed.
 */
export function resizedPart(
  picture: Picture,
  { width, height, interpolation }: Omit<OperationOf<"resize">, "kind">,
  box: Box,
): Picture {
  const left = Math.max(0, box.left), right = Math.min(width, box.left + box.width);
  const top = Math.max(0, box.top), bottom = Math.min(height, box.top + box.height);
  const window = { top, left, width: right - left, height: bottom - top };
  const isSeen = window.width > 0 && window.height > 0;
  const part = isSeen
    ? resizeTo(picture, width, height, { window, interpolation })
    : { width: 0, height: 0, data: new Uint8Array(0) };
  return crop(part, box.top - top, box.left - left, box.height, box.width);
}

/** The part in `box`, resized to `size` x `size`: torchvision's resized_crop on a Pillow image. */
export function resizedCrop(picture: Picture, { top, left, height, width }: Box, size: number): Picture {
  return resizeTo(crop(picture, top, left, height, width), size, size);
}

/** Crops the central `size` x `size` pixels. */
export const center_crop: TransformPlugin = defineTransform({
  options: z.strictObject({ size: optionalSize }),
  random: false,
  make: ({ size }, { imageSize }) => (given) => [{ kind: "crop", ...centralBox(given, size ?? imageSize) }],
});
