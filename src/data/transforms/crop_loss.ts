/** What a pipeline leaves out of an image: its operations, traced back to the image's own edges. */
import type { Operation, Size } from "./operation.ts";

/** What is lost, as shares of the image's width (left, right) or height (top, bottom). */
export interface CropLoss {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Share of the result that shows no part of the image. */
  readonly beside: number;
  /** Pixels of the image, across and down, in one pixel of the result; below 1 where it is enlarged. */
  readonly perPixel: readonly [across: number, down: number];
}

/** An axis of a result, in pixels of the image: where it starts, how long its pixels are, and what is seen of the image. */
interface Axis {
  readonly start: number;
  readonly pixel: number;
  readonly length: number;
  readonly seen: readonly [from: number, to: number];
}

/** The loss by operations that change an image of `size`; those that keep its size lose nothing. */
export function cropLoss(operations: readonly Operation[], size: Size): CropLoss {
  let across = wholeAxis(size.width), down = wholeAxis(size.height);
  for (const operation of operations) {
    if (operation.kind === "resize") {
      across = resized(across, operation.width);
      down = resized(down, operation.height);
    } else if (operation.kind === "crop") {
      across = cropped(across, operation.left, operation.width);
      down = cropped(down, operation.top, operation.height);
    }
  }
  return {
    left: across.seen[0] / size.width,
    right: 1 - across.seen[1] / size.width,
    top: down.seen[0] / size.height,
    bottom: 1 - down.seen[1] / size.height,
    beside: 1 - shareSeen(across) * shareSeen(down),
    perPixel: [across.pixel, down.pixel],
  };
}

function wholeAxis(length: number): Axis {
  return { start: 0, pixel: 1, length, seen: [0, length] };
}

function resized({ start, pixel, length, seen }: Axis, to: number): Axis {
  return { start, pixel: pixel * length / to, length: to, seen };
}

function cropped({ start, pixel, seen }: Axis, offset: number, length: number): Axis {
  const from = start + pixel * offset, to = from + pixel * length;
  return { start: from, pixel, length, seen: [Math.max(seen[0], from), Math.min(seen[1], to)] };
}

function shareSeen({ pixel, length, seen: [from, to] }: Axis): number {
  return Math.max(0, to - from) / (pixel * length);
}

/** Images of one size. */
export interface SizeCount extends Size {
  readonly count: number;
}

/** Losses are counted up to each of these shares, and beyond the last one. */
export const LOSS_STEPS = [0.001, 0.1, 0.25, 0.5] as const;

/** What is lost over a dataset. */
export interface CropSummary {
  readonly images: number;
  /** [LOSS_STEPS.length + 1], images by the share of their width, and of their height, that is lost. */
  readonly width: readonly number[];
  readonly height: readonly number[];
  /** Share of the area that is kept, on average. */
  readonly kept: number;
  /** Images of which less than half a pixel is in one of the result, on a side. */
  readonly enlarged: number;
  /** Images of which one side is shrunk at least 1.5 times as much as the other. */
  readonly stretched: number;
}

/** The losses of images of these sizes. */
export function summarizeCrops(
  sizes: readonly SizeCount[],
  operationsFor: (size: Size) => readonly Operation[],
): CropSummary {
  const width = [0, 0, 0, 0, 0], height = [0, 0, 0, 0, 0];
  let images = 0, kept = 0, enlarged = 0, stretched = 0;
  for (const { count, ...size } of sizes) {
    const { left, right, top, bottom, perPixel } = cropLoss(operationsFor(size), size);
    const [least, most] = perPixel.toSorted((a, b) => a - b);
    images += count;
    width[stepOf(left + right)] += count;
    height[stepOf(top + bottom)] += count;
    kept += count * (1 - left - right) * (1 - top - bottom);
    if (least < 0.5) enlarged += count;
    if (most >= 1.5 * least) stretched += count;
  }
  return { images, width, height, kept: images === 0 ? 1 : kept / images, enlarged, stretched };
}

function stepOf(share: number): number {
  const at = LOSS_STEPS.findIndex((step) => share <= step);
  return at < 0 ? LOSS_STEPS.length : at;
}
