/**
 * The matrices of a convolution as a product, y[row, k] = sum over inner of X[row, inner] * w[inner, k], in WGSL that
 * reads and writes vectors of four: row = (n, p, q) is a pixel of y's sub-grid, inner = (tap, c), c being the channels
 * of one group (see groupVariables() in tile.ts).
 */
import type { GemmOptions } from "../implicit_gemm.ts";
import type { GemmAxis } from "./gemm_axis.ts";
import { wgsl } from "./source.ts";
import { DEPTH } from "./tile.ts";

/** Products in one sum. */
export function innerCount(o: GemmOptions): number {
  return o.rows.taps * o.cols.taps * groupChannels(o);
}

/** Channels of x that one channel of y reads. */
function groupChannels({ channels, groups = 1 }: GemmOptions): number {
  return channels / groups;
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
function zeroIf(...tests: readonly (string | false)[]): string {
  const held = tests.filter((test) => test !== false);
  return held.length === 0 ? "" : `if (${held.join(" || ")}) { return vec4f(); }`;
}

/**
 * WGSL: `row_of(row)`, the position of a row of X in x, and `load_x(row, quad)`, a vector of four `inner`: channels c
 * under a tap.
 */
export function loadX(o: GemmOptions): string {
  return isMatrix(o) ? matrixRows(o) : imageRows(o);
}

/** X if it is x itself. */
function matrixRows(o: GemmOptions): string {
  const channels = groupChannels(o);
  return `
alias Row = u32;
fn row_of(row: u32) -> Row { return row * ${o.channels / 4}u + group_c; }
fn load_x(row: Row, quad: u32) -> vec4f {
  ${zeroIf(channels % DEPTH !== 0 && `quad >= ${channels / 4}u`)}
  return load4(x[row + quad]);
}`;
}

/** X as the pixels under the taps. */
function imageRows(o: GemmOptions): string {
  const { rows, cols } = o, c4 = o.channels / 4, group = groupChannels(o) / 4, quads = innerCount(o) / 4;
  const tests = [
    quads * 4 % DEPTH !== 0 && `quad >= ${quads}u`,
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
  return Row(top, left, ((image * ${rows.input} + top) * ${cols.input} + left) * ${c4} + i32(group_c));
}
fn load_x(row: Row, quad: u32) -> vec4f {
#if ${quads > group}
  let tap = i32(quad / ${group}u);
  let i = tap / ${cols.taps};
  let j = tap % ${cols.taps};
  ${zeroIf(...tests)}
  return load4(x[row.at + (i * ${cols.input} + j) * ${c4} + i32(quad % ${group}u)]);
#else
  let i = 0;
  let j = 0;
  ${zeroIf(...tests)}
  return load4(x[row.at + i32(quad)]);
#endif
}`;
}

/** WGSL: `load_w(inner, k)`, a vector of channels k. */
export function loadW(o: GemmOptions): string {
  const { rows, cols, outputs } = o, channels = groupChannels(o), inner = innerCount(o);
  const isFlat = [rows, cols].every(({ taps, size, every }) => taps === size && every === 1);
  return wgsl`
fn load_w(inner: u32, k: u32) -> vec4f {
  ${zeroIf(inner % DEPTH !== 0 && `inner >= ${inner}u`)}
#if ${isFlat}
  return load4(w[inner * ${outputs / 4}u + k]);
#elif ${inner <= channels}
  return load4(w[(${(rows.first * cols.size + cols.first) * channels}u + inner) * ${outputs / 4}u + k]);
#else
  let i = i32(inner) / ${channels} / ${cols.taps} * ${rows.every} + ${rows.first};
  let j = i32(inner) / ${channels} % ${cols.taps} * ${cols.every} + ${cols.first};
  let tap = i * ${cols.size} + j;
  let c = i32(inner) % ${channels};
  return load4(w[(tap * ${channels} + c) * ${outputs / 4} + i32(k)]);
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
