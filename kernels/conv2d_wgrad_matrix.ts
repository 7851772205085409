/**
 * The weight gradient of a convolution as a matrix product on matrix units: the bindings of conv2d_wgrad_tiled.ts, and
 * sums in f32 of products of f16, which are exact. Operands of f32 are split into two f16 each and multiplied in three
 * products (see lib/matrix_split.ts), which takes the largest magnitudes of x and dy as further bindings.
 *
 *   dw[row, k] = sum over pixels of X[pixel, row] * dy[pixel, k]
 *   row = (tap, c), pixel = (n, p, q), X[pixel, row] = x[the pixel under the tap, c], zero outside x
 *
 * A workgroup owns a tile of rows by channels k (see lib/matrix_tile.ts), regardless of which taps its rows belong to.
 * X lies in workgroup memory as it is stored, a pixel after the other, and the units read it by columns. The pixels are
 * split over the grid's z axis: each slice writes its own partial sum, and split_sum adds the slices in order, so the
 * result does not depend on which slice finishes first.
 */
import type { WgradOptions } from "./conv2d_wgrad.ts";
import { tiledWgradSlices } from "./conv2d_wgrad_tiled.ts";
import { addTotals, declareTotals, eachBandOfTotals, eightOf, stashed } from "./lib/matrix_split.ts";
import {
  eachBand,
  eachLoad,
  eachOfBand,
  MATRIX_HEAD,
  matrixMemoryOf,
  matrixSums,
  matrixThreads,
  type MatrixTile,
  type MatrixUnit,
  multiplyStage,
  stageOf,
  type TileShape,
  worthwhileTiles,
} from "./lib/matrix_tile.ts";
import { type Reading, readingStored } from "./lib/reading.ts";
import { type ElementType, type KernelSource, wgsl } from "./lib/source.ts";
import { groupVariables } from "./lib/tile.ts";
import { loadDy, loadX, rowCount } from "./lib/wgrad_operands.ts";

export interface MatrixWgradOptions extends WgradOptions {
  readonly tile: MatrixTile;
  readonly unit: MatrixUnit;
  readonly groups?: 1;
}

/** Most promising first; the first is for narrow and for small filters, too. Split operands take twice the memory. */
const SHAPES: Readonly<Record<ElementType, readonly TileShape[]>> = {
  f16: [
    { tile: [4, 4, 2], part: [2, 2] },
    { tile: [8, 4, 2], part: [4, 2] },
    { tile: [8, 8, 2], part: [4, 2] },
  ],
  f32: [
    { tile: [4, 4, 1], part: [2, 2] },
    { tile: [4, 4, 2], part: [2, 2] },
    { tile: [8, 4, 1], part: [4, 2] },
    { tile: [8, 8, 1], part: [4, 2] },
  ],
};

/** The tiles worth trying on an adapter with so many bytes of workgroup memory, most promising first. */
export function matrixWgradTiles(o: WgradOptions, unit: MatrixUnit, memory: number): MatrixTile[] {
  const { type, outputs: cols } = o;
  return worthwhileTiles(SHAPES[type], unit, { type, byColumns: true, rows: rowCount(o), cols, memory });
}

export function conv2dWgradMatrix(o: MatrixWgradOptions): KernelSource {
  const { tile, unit, type } = o, k4 = o.outputs / 4, form = { type, byColumns: true };
  const stage = stageOf(tile, form), isSplit = type === "f32";
  const x = readingStored(type, o.channels, tile.depth), dy = readingStored(type, o.outputs, tile.depth);
  const write = (first: number) =>
    eachOfBand(
      tile,
      unit,
      `store(group.z, first_row + row, first_col / 4u + ${first}u + vector, result(row, vector));`,
    );

  const code = wgsl`
${MATRIX_HEAD}
@group(0) @binding(0) var<storage, read> x: array<${x.type}>; // [N, H, W, C / width]
@group(0) @binding(1) var<storage, read> dy: array<${dy.type}>; // [N, P, Q, K / width]
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>; // [slices, R, S, C, K / 4]
#if ${isSplit}
@group(0) @binding(3) var<storage, read> largest_x: array<u32>; // [1], the bits of the largest magnitude
@group(0) @binding(4) var<storage, read> largest_dy: array<u32>; // [1]
#endif
${matrixMemoryOf(tile, form)}
${eightOf(type, stage.low)}

${groupVariables(o)}
${loadX(o, x)}
${loadDy(o, dy)}
${eights(x, dy, o)}
fn store(slice: u32, row: u32, k: u32, sum: vec4f) {
  if (row >= ${rowCount(o)}u || k >= end_k) { return; }
  partial[(slice * ${rowCount(o)}u + row) * ${k4}u + k] = sum;
}

@compute @workgroup_size(${matrixThreads(tile, unit)})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let first_row = group.y * ${tile.rows}u;
  let first_col = group.x * ${tile.cols}u;
  let pixels = arrayLength(&dy) / ${o.outputs / dy.width}u;
  let slice = (pixels + groups.z - 1u) / groups.z;
  let begin = min(group.z * slice, pixels);
  let end = min(begin + slice, pixels);
  ${places(tile, unit)}
  ${matrixSums(tile, unit)}
  ${isSplit ? declareTotals(tile, unit) : ""}
  ${fetch(tile, unit, "begin")}
  ${stash(o, "0u")}
  workgroupBarrier();
  let turns = (end - begin + ${tile.depth - 1}u) / ${tile.depth}u;
  for (var turn = 0u; turn < turns; turn++) {
    let here = turn % 2u * ${stage.size}u;
    let is_last = turn + 1u == turns;
    ${fetch(tile, unit, `(begin + (turn + 1u) * ${tile.depth}u)`)}
    ${multiplyStage(tile, unit, form)}
    ${isSplit ? addTotals(tile, unit) : ""}
    ${stash(o, `(${stage.size}u - here)`)}
    workgroupBarrier();
  }
  ${isSplit ? eachBandOfTotals(tile, unit, ["x", "dy"], write) : eachBand(tile, unit, write)}
}`;
  const grid = [Math.ceil(o.outputs / tile.cols), Math.ceil(rowCount(o) / tile.rows)] as const;
  return { code, workgroups: [...grid, tiledWgradSlices(o)] };
}

/** WGSL: vectors of eight: `Rows`, the places of a vector of rows, `eight_x(rows, pixel, end)`, and `eight_dy(i, pixel, end)`. */
function eights(x: Reading, dy: Reading, o: WgradOptions): string {
  const lastRow = rowCount(o) / x.width - 1, lastK = o.outputs / dy.width - 1;
  const place = (i: string) => `row_of(min(${i}, ${lastRow}u))`;
  return `
${
    x.width === 8
      ? `alias Rows = Row;
fn rows_of(i: u32) -> Rows { return ${place("i")}; }
fn eight_x(rows: Rows, pixel: u32, end: u32) -> Eight { return load_x(rows, pixel, end); }`
      : `struct Rows { low: Row, high: Row }
fn rows_of(i: u32) -> Rows { return Rows(${place("2u * i")}, ${place("2u * i + 1u")}); }
fn eight_x(rows: Rows, pixel: u32, end: u32) -> Eight {
  return eight(load_x(rows.low, pixel, end), load_x(rows.high, pixel, end));
}`
  }
fn eight_dy(i: u32, pixel: u32, end: u32) -> Eight {
  return ${
    dy.width === 8
      ? `load_dy(min(i, ${lastK}u), pixel, end)`
      : `eight(load_dy(min(2u * i, ${lastK}u), pixel, end), load_dy(min(2u * i + 1u, ${lastK}u), pixel, end))`
  };
}`;
}

function loadsOf({ rows, cols, depth }: MatrixTile) {
  return { x: { count: depth, vectors: rows / 8 }, dy: { count: depth, vectors: cols / 8 } };
}

/** WGSL: what this thread loads. Adjacent threads load adjacent vectors. */
function places(tile: MatrixTile, unit: MatrixUnit): string {
  const { x, dy } = loadsOf(tile);
  return `
  let x_pixel = thread / ${x.vectors}u;
  let x_vector = thread % ${x.vectors}u;
  let rows = rows_of(first_row / 8u + x_vector);
  let dy_pixel = thread / ${dy.vectors}u;
  let dy_vector = thread % ${dy.vectors}u;
  ${eachLoad(tile, unit, x, (i) => `var next_x${i}: Eight;`)}
  ${eachLoad(tile, unit, dy, (i) => `var next_dy${i}: Eight;`)}`;
}

/** WGSL: this thread's loads of a stage of pixels, into registers. */
function fetch(tile: MatrixTile, unit: MatrixUnit, first: string): string {
  const { x, dy } = loadsOf(tile);
  return `
  ${eachLoad(tile, unit, x, (i, pixel) => `next_x${i} = eight_x(rows, ${first} + x_pixel + ${pixel}u, end);`)}
  ${
    eachLoad(tile, unit, dy, (i, pixel) =>
      `next_dy${i} = eight_dy(first_col / 8u + dy_vector, ${first} + dy_pixel + ${pixel}u, end);`)
  }`;
}

/** WGSL: stores these registers to the stage at the vector `here`. */
function stash({ tile, unit, type }: MatrixWgradOptions, here: string): string {
  const { x, dy } = loadsOf(tile), { left, right } = stageOf(tile, { type, byColumns: true });
  return `
  ${
    eachLoad(tile, unit, x, (i, pixel) =>
      stashed(type, "x", `${here} + (x_pixel + ${pixel}u) * ${left.row}u + x_vector`, `next_x${i}`))
  }
  ${
    eachLoad(tile, unit, dy, (i, pixel) =>
      stashed(
        type,
        "dy",
        `${here} + ${right.at}u + (dy_pixel + ${pixel}u) * ${right.row}u + dy_vector`,
        `next_dy${i}`,
      ))
  }`;
}
