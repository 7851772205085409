/**
 * The statistics of a tile's columns over its rows, as in batch_norm_statistics.ts for a chunk of rows: count, mean, sum
 * of deviations and sum of squared deviations. Threads that share a vector of columns divide the rows among them, pass
 * twice over the values in workgroup memory, and add their results through a second piece of it.
 */
import { BAND_VECTORS, matrixThreads, type MatrixTile, type MatrixUnit } from "./matrix_tile.ts";

/** WGSL outside `main`: sums over the threads that share columns, and one vector of channels of a chunk. */
export function statisticsFunctions(tile: MatrixTile, unit: MatrixUnit, k4: number): string {
  const threads = matrixThreads(tile, unit), sharers = threads / BAND_VECTORS;
  return `
var<workgroup> lanes: array<vec4f, ${threads}>;
const SHARERS = ${sharers}u;

/** Sums over the threads that share columns, in their order. Each gets the sum; all must call. */
fn sum_sharers(thread: u32, own: vec4f) -> vec4f {
  workgroupBarrier();
  lanes[thread] = own;
  workgroupBarrier();
  var sum = lanes[thread % ${BAND_VECTORS}u];
  for (var i = 1u; i < SHARERS; i++) { sum += lanes[thread % ${BAND_VECTORS}u + i * ${BAND_VECTORS}u]; }
  return sum;
}

fn store_statistics(chunk: u32, k: u32, rows: f32, mean: vec4f, lost: vec4f, squares: vec4f) {
  if (k >= end_k) { return; }
  let at = chunk * ${4 * k4}u + k;
  partial[at] = vec4f(rows);
  partial[at + ${k4}u] = mean;
  partial[at + ${2 * k4}u] = lost;
  partial[at + ${3 * k4}u] = squares;
}`;
}

/** WGSL for a band of columns: writes the statistics of its `value(...)` to `partial`. */
export function statistics({ rows }: MatrixTile): string {
  return `
    let vector = thread % ${BAND_VECTORS}u;
    let last_row = min(first_row + ${rows}u, row_count());
    let counted = last_row - min(first_row, last_row);
    var added = vec4f();
    for (var row = thread / ${BAND_VECTORS}u; row < counted; row += SHARERS) { added += value(row, vector, first_k); }
    let mean = sum_sharers(thread, added) / max(f32(counted), 1.0);
    var lost = vec4f();
    var squares = vec4f();
    for (var row = thread / ${BAND_VECTORS}u; row < counted; row += SHARERS) {
      let deviation = value(row, vector, first_k) - mean;
      lost += deviation;
      squares = fma(deviation, deviation, squares);
    }
    lost = sum_sharers(thread, lost);
    squares = sum_sharers(thread, squares);
    if (thread < ${BAND_VECTORS}u && counted > 0u) {
      store_statistics(chunk, first_k + vector, f32(counted), mean, lost, squares);
    }`;
}
