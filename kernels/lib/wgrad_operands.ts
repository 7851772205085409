/**
 * The matrices of a convolution's weight gradient as a product, dw[row, k] = sum over pixels of X[pixel, row] *
 * dy[pixel, k], in WGSL that reads vectors: row = (tap, c), c being the channels of one group (see groupVariables() in
 * tile.ts), pixel = (n, p, q) is one of dy.
 */
import type { WgradOptions } from "../conv2d_wgrad.ts";
import type { Reading } from "./reading.ts";

/** Rows of dw as a matrix. */
export function rowCount({ filter, channels, groups = 1 }: WgradOptions): number {
  return filter[0] * filter[1] * channels / groups;
}

/** Whether x is X: the filter has one tap that covers each pixel. */
function isMatrix({ filter, stride, padding }: WgradOptions): boolean {
  return filter[0] * filter[1] === 1 && stride === 1 && padding === 0;
}

/**
 * WGSL: `row_of(row)`, the place of a vector of rows, and `load_x(row, pixel, end)`, that vector of a pixel: channels c
 * under a tap; zero outside x, and from pixel `end` on.
 */
export function loadX(o: WgradOptions, reading: Reading): string {
  return isMatrix(o) ? matrixRows(o, reading) : imageRows(o, reading);
}

function matrixRows({ channels }: WgradOptions, { width, type, load }: Reading): string {
  return `
alias Row = u32;
fn row_of(row: u32) -> Row { return row; }
fn load_x(row: Row, pixel: u32, end: u32) -> ${type} {
  if (pixel >= end) { return ${type}(); }
  return ${load(`x[pixel * ${channels / width}u + group_c + row]`)};
}`;
}

function imageRows(
  { input: [h, w], output: [p, q], filter, stride, padding, channels, groups = 1 }: WgradOptions,
  { width, type, load }: Reading,
): string {
  const each = channels / width, group = each / groups;
  return `
/** Where the tap lies in x for the first pixel of dy, and its vector of channels c. */
struct Row { top: i32, left: i32, c: i32 }
fn row_of(row: u32) -> Row {
  let tap = i32(row / ${group}u);
  let column = tap % ${filter[1]};
  return Row(tap / ${filter[1]} - ${padding}, column - ${padding}, i32(group_c + row % ${group}u));
}
fn load_x(row: Row, pixel: u32, end: u32) -> ${type} {
  let image = i32(pixel / ${p * q}u);
  let h = i32(pixel % ${p * q}u / ${q}u) * ${stride} + row.top;
  let v = i32(pixel % ${q}u) * ${stride} + row.left;
  if (pixel >= end || u32(h) >= ${h}u || u32(v) >= ${w}u) { return ${type}(); }
  return ${load(`x[((image * ${h} + h) * ${w} + v) * ${each} + row.c]`)};
}`;
}

/** WGSL: `load_dy(k, pixel, end)`, the k-th vector of channels of a pixel; zero from pixel `end` on. */
export function loadDy({ outputs }: WgradOptions, { width, type, load }: Reading): string {
  return `
fn load_dy(k: u32, pixel: u32, end: u32) -> ${type} {
  if (pixel >= end) { return ${type}(); }
  return ${load(`dy[pixel * ${outputs / width}u + k]`)};
}`;
}
