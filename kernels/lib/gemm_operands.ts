/**
 * The matrices of a convolution as a product, y[row, k] = sum over inner of X[row, inner] * w[inner, k], in WGSL that
 * reads vectors and writes vectors of four: row = (n, p, q) is a pixel of y's sub-grid, inner = (tap, c), c being the
 * channels of one group (see groupVariables() in tile.ts).
 */
import type { GemmOptions } from "../implicit_gemm.ts";
import type { GemmAxis } from "./gemm_axis.ts";
import type { Reading } from "./reading.ts";
import { wgsl } from "./source.ts";

/** Products in one sum. */
export function innerCount(o: GemmOptions): number {
  return o.rows.taps * o.cols.taps * groupChannels(o);
}

/** Channels of x that one channel of y reads. */
function groupChannels({ channels, groups = 1 }: GemmOptions): number {
  return channels / groups;
}

/** Rows of the product: the pixels of y's sub-grid, in all images. */
export function rowCount({ batch, rows, cols }: GemmOptions): number {
  return batch * rows.output * cols.output;
}

/** Whether x is X: the filter has one tap that covers each pixel. */
function isMatrix({ rows, cols }: GemmOptions): boolean {
  return [rows, cols].every(({ taps, stride, start, input, output }) =>
    taps === 1 && stride === 1 && start === 0 && input === output
  );
}

/** Whether a tap of this axis can be outside x. */
function leaves({ input, output, stride, taps, start }: GemmAxis): boolean {
  return start < 0 || (output - 1) * stride + start + taps > input;
}

/** WGSL: zero outside x, or past the last product. */
function zeroIf(type: string, ...tests: readonly (string | false)[]): string {
  const held = tests.filter((test) => test !== false);
  return held.length === 0 ? "" : `if (${held.join(" || ")}) { return ${type}(); }`;
}

/**
 * WGSL: `row_of(row)`, the position of a row of X in x, and `load_x(row, i)`, its i-th vector of `inner`: channels c
 * under a tap.
 */
export function loadX(o: GemmOptions, reading: Reading): string {
  return isMatrix(o) ? matrixRows(o, reading) : imageRows(o, reading);
}

/** X if it is x itself. */
function matrixRows(o: GemmOptions, { width, depth, type, load }: Reading): string {
  const channels = groupChannels(o);
  return `
alias Row = u32;
fn row_of(row: u32) -> Row { return row * ${o.channels / width}u + group_c; }
fn load_x(row: Row, vector: u32) -> ${type} {
  ${zeroIf(type, channels % depth !== 0 && `vector >= ${channels / width}u`)}
  return ${load("x[row + vector]")};
}`;
}

/** X as the pixels under the taps. */
function imageRows(o: GemmOptions, { width, depth, type, load }: Reading): string {
  const { rows, cols } = o, each = o.channels / width, group = groupChannels(o) / width;
  const vectors = innerCount(o) / width;
  const tests = [
    innerCount(o) % depth !== 0 && `vector >= ${vectors}u`,
    leaves(rows) && `u32(row.top + i) >= ${rows.input}u`,
    leaves(cols) && `u32(row.left + j) >= ${cols.input}u`,
  ];
  return wgsl`
/** The pixel under a row's first tap, and its place in x; it may lie outside. */
struct Row { top: i32, left: i32, at: i32 }
fn row_of(row: u32) -> Row {
  let image = i32(row / ${rows.output * cols.output}u);
  let top = i32(row % ${rows.output * cols.output}u / ${cols.output}u) * ${rows.stride} + ${rows.start};
  let left = i32(row % ${cols.output}u) * ${cols.stride} + ${cols.start};
  return Row(top, left, ((image * ${rows.input} + top) * ${cols.input} + left) * ${each} + i32(group_c));
}
fn load_x(row: Row, vector: u32) -> ${type} {
#if ${vectors > group}
  let tap = i32(vector / ${group}u);
  let i = tap / ${cols.taps};
  let j = tap % ${cols.taps};
  ${zeroIf(type, ...tests)}
  return ${load(`x[row.at + (i * ${cols.input} + j) * ${each} + i32(vector % ${group}u)]`)};
#else
  let i = 0;
  let j = 0;
  ${zeroIf(type, ...tests)}
  return ${load("x[row.at + i32(vector)]")};
#endif
}`;
}

/** WGSL: `load_w(inner, k)`, the k-th vector of channels. */
export function loadW(o: GemmOptions, { width, depth, type, load }: Reading): string {
  const { rows, cols } = o, channels = groupChannels(o), inner = innerCount(o), outputs = o.outputs / width;
  const isFlat = [rows, cols].every(({ taps, size, every }) => taps === size && every === 1);
  const first = (rows.first * cols.size + cols.first) * channels;
  return wgsl`
fn load_w(inner: u32, k: u32) -> ${type} {
  ${zeroIf(type, inner % depth !== 0 && `inner >= ${inner}u`)}
#if ${isFlat}
  return ${load(`w[inner * ${outputs}u + k]`)};
#elif ${inner <= channels}
  return ${load(`w[(${first}u + inner) * ${outputs}u + k]`)};
#else
  let i = i32(inner) / ${channels} / ${cols.taps} * ${rows.every} + ${rows.first};
  let j = i32(inner) / ${channels} % ${cols.taps} * ${cols.every} + ${cols.first};
  let tap = i * ${cols.size} + j;
  let c = i32(inner) % ${channels};
  return ${load(`w[(tap * ${channels} + c) * ${outputs} + i32(k)]`)};
#endif
}`;
}

/** WGSL: `store(row, k, sum)`, if that row and vector of channels exist. */
export function storeY({ rows, cols, outputs }: GemmOptions): string {
  const pixels = rows.output * cols.output;
  const isWhole = rows.image * cols.image === pixels;
  return wgsl`
fn store(row: u32, k: u32, sum: vec4f) {
  if (row >= row_count() || k >= end_k) { return; }
#if ${isWhole}
  let pixel = row;
#else
  let p = row % ${pixels}u / ${cols.output}u * ${rows.spacing}u + ${rows.offset}u;
  let q = row % ${cols.output}u * ${cols.spacing}u + ${cols.offset}u;
  let pixel = (row / ${pixels}u * ${rows.image}u + p) * ${cols.image}u + q;
#endif
  y[pixel * ${outputs / 4}u + k] = store4(sum);
}`;
}
