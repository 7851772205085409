/** Shared by convolutions and pools: a square window that moves over an image. */
import type { Extent } from "./layer.ts";

/** A square window. */
export interface SlidingWindow {
  /** Rows and columns. */
  readonly kernel: number;
  /** Pixels between positions. */
  readonly stride: number;
  /** Pixels around the image. */
  readonly padding: number;
}

/** The number of positions on an image. */
export function places({ kernel, stride, padding }: SlidingWindow, [rows, columns]: Extent): Extent {
  const along = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return [along(rows), along(columns)];
}

/** The window as attributes of an ONNX node. */
export function windowAttributes({ kernel, stride, padding }: SlidingWindow) {
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  };
}
