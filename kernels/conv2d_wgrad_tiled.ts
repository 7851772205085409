/**
 * The weight gradient of a convolution as a matrix product through workgroup memory, for GPUs: the same sums and
 * bindings as conv2d_wgrad.ts.
 *
 *   dw[row, k] = sum over pixels of X[pixel, row] * dy[pixel, k]
 *   row = (tap, c), pixel = (n, p, q), X[pixel, row] = x[the pixel under the tap, c], zero outside x
 *
 * With groups, c are the channels of the group of k. A workgroup owns a tile of rows by channels k, regardless of which taps its rows belong to, so even the stem, with
 * 4 channels c, fills it. Eight pixels at a time, its threads load their share of X and of dy into workgroup memory,
 * then each multiplies 8 rows by 4 or 8 channels in named registers. Workgroup memory is double-buffered: while one
 * stage is multiplied, the next is loaded into registers and then stored to the other stage, so one barrier suffices.
 * Each loop iteration processes both stages, so their indices are literals; pixels past the end are zeros. A thread
 * loads for the same rows in every stage, and divides row into (tap, c) once, before the loop.
 *
 * Both matrices are stored in workgroup memory in their original layout, with rows and channels contiguous: 4 reads
 * for 64 products of 8 x 8, 3 for 32 of 8 x 4. A compiler for AMD's RDNA 2 needs 104, 112 and 72 registers for the
 * three tiles.
 *
 * dw is small and the sum is long, so the pixels are split over the grid's z axis: each slice writes its own partial
 * sum, and split_sum adds the slices in order. The result does not depend on which slice finishes first.
 */
import type { WgradOptions } from "./conv2d_wgrad.ts";
import { readingFloats } from "./lib/reading.ts";
import { element4, type KernelSource, unroll, wgsl } from "./lib/source.ts";
import {
  DEPTH,
  eachOwned,
  enterGroup,
  groupVariables,
  laneOf,
  threadsOf,
  type Tile,
  TILE_ROWS,
  tilesAcross,
  vectorsOf,
} from "./lib/tile.ts";
import { loadDy, loadX, rowCount } from "./lib/wgrad_operands.ts";

export interface TiledWgradOptions extends WgradOptions {
  readonly tile: Tile;
}

/** Most promising first; the last is for narrow and for small filters. */
export const WGRAD_TILES: readonly Tile[] = [
  { name: "128x128", rows: 128, cols: 128, lanes: [16, 16] },
  { name: "128x64", rows: 128, cols: 64, lanes: [16, 8] },
  { name: "64x64", rows: 64, cols: 64, lanes: [8, 16] },
];

const READING = readingFloats(DEPTH);
/** Vectors of four rows that a thread owns. */
const QUADS = TILE_ROWS / 4;
/** Tiles of 64 x 64 that keep a large GPU busy, over all slices; their partial sums take at most 32 MiB. */
const PLENTY = 2048;
/** With fewer pixels in a slice, its start and end would cost too much. */
const SHORTEST_SLICE = 256;

/** Whether a tile is worth trying: more than half of it is used. The smallest always is. */
export function wgradTileFits(o: WgradOptions, tile: Tile): boolean {
  return tile === WGRAD_TILES.at(-1) ||
    o.outputs / (o.groups ?? 1) > tile.cols / 2 && rowCount(o) > tile.rows / 2;
}

/** Slices of the pixels, as many as pay off. Independent of the tile, so that all tiles give the same bits. */
export function tiledWgradSlices(o: WgradOptions): number {
  const tiles = Math.ceil(rowCount(o) / 64) * tilesAcross(o, WGRAD_TILES.at(-1)!);
  const pixels = o.batch * o.output[0] * o.output[1];
  return Math.max(1, Math.min(Math.floor(PLENTY / tiles), Math.floor(pixels / SHORTEST_SLICE)));
}

export function conv2dWgradTiled(o: TiledWgradOptions): KernelSource {
  const { tile } = o;
  const [laneRows, laneCols] = tile.lanes, k4 = o.outputs / 4;
  const ownRow = (r: number) => `first_row + lane.y + ${Math.floor(r / 4) * laneRows}u`;

  const code = wgsl`
${element4(o.type)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H, W, C / 4]
@group(0) @binding(1) var<storage, read> dy: array<Element4>; // [N, P, Q, K / 4]
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>; // [slices, R, S, C / groups, K / 4]

var<workgroup> tile_x: array<array<array<array<vec4f, ${laneRows}>, ${QUADS}>, ${DEPTH}>, 2>;
var<workgroup> tile_dy: array<array<array<array<vec4f, ${laneCols}>, ${vectorsOf(tile)}>, ${DEPTH}>, 2>;
fn stash_x(stage: u32, pixel: u32, row: u32, value: vec4f) {
  tile_x[stage][pixel][row / ${laneRows}u][row % ${laneRows}u] = value;
}
fn stash_dy(stage: u32, pixel: u32, k: u32, value: vec4f) {
  tile_dy[stage][pixel][k / ${laneCols}u][k % ${laneCols}u] = value;
}

${groupVariables(o)}
${laneOf(tile)}
${loadX(o, READING)}
${loadDy(o, READING)}
/** A vector of channels k of one of the four rows of a vector. */
fn store(slice: u32, row: u32, r: u32, k: u32, sum: vec4f) {
  if (row >= ${rowCount(o) / 4}u || k >= end_k) { return; }
  partial[(slice * ${rowCount(o)}u + row * 4u + r) * ${k4}u + k] = sum;
}

@compute @workgroup_size(${threadsOf(tile)})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let first_row = group.y * ${tile.rows / 4}u; // in vectors of four rows
  ${enterGroup(o, tile)}
  let lane = lane_of(thread);
  let pixels = arrayLength(&dy) / ${k4}u;
  let slice = (pixels + groups.z - 1u) / groups.z;
  let begin = min(group.z * slice, pixels);
  let end = min(begin + slice, pixels);
  ${places(tile, rowCount(o) / 4)}
  ${eachOwned(tile, (r, j) => `var sum${r}_${j} = vec4f();`)}
  ${fetch(tile, "begin")}
  ${stash(tile, "0u")}
  workgroupBarrier();
  for (var pixel = begin; pixel < end; pixel += ${2 * DEPTH}u) {
    ${turn(tile, 0)}
    ${turn(tile, 1)}
  }
  ${
    eachOwned(tile, (r, j) =>
      `store(group.z, ${ownRow(r)}, ${r % 4}u, first_k + lane.x + ${j * laneCols}u, sum${r}_${j});`)
  }
}`;
  const grid = [tilesAcross(o, tile), Math.ceil(rowCount(o) / tile.rows)] as const;
  return { code, workgroups: [...grid, tiledWgradSlices(o)] };
}

/** How the threads share the loads of a stage: equal numbers of vectors of X and dy, for pixels this far apart. */
function share(tile: Tile) {
  const each = (vectors: number) => (text: (i: number, pixel: number) => string) => {
    const atOnce = threadsOf(tile) / vectors;
    return unroll(DEPTH / atOnce, (i) => text(i, i * atOnce));
  };
  return { eachX: each(tile.rows / 4), eachDy: each(tile.cols / 4) };
}

/** WGSL: what this thread loads. Adjacent threads load adjacent vectors. */
function places(tile: Tile, rows: number): string {
  const { eachX, eachDy } = share(tile), rowVectors = tile.rows / 4, columnVectors = tile.cols / 4;
  return `
  let x_pixel = thread / ${rowVectors}u;
  let x_row = thread % ${rowVectors}u;
  let row = row_of(min(first_row + x_row, ${rows - 1}u));
  let dy_pixel = thread / ${columnVectors}u;
  let dy_k = thread % ${columnVectors}u;
  let k = min(first_k + dy_k, end_k - 1u);
  ${eachX((i) => `var next_x${i}: vec4f;`)}
  ${eachDy((i) => `var next_dy${i}: vec4f;`)}`;
}

/** WGSL: this thread's loads of eight pixels, into registers. */
function fetch(tile: Tile, first: string): string {
  const { eachX, eachDy } = share(tile);
  return `
  ${eachX((i, pixel) => `next_x${i} = load_x(row, ${first} + x_pixel + ${pixel}u, end);`)}
  ${eachDy((i, pixel) => `next_dy${i} = load_dy(k, ${first} + dy_pixel + ${pixel}u, end);`)}`;
}

/** WGSL: stores these registers to a stage. */
function stash(tile: Tile, stage: string): string {
  const { eachX, eachDy } = share(tile);
  return `
  ${eachX((i, pixel) => `stash_x(${stage}, x_pixel + ${pixel}u, x_row, next_x${i});`)}
  ${eachDy((i, pixel) => `stash_dy(${stage}, dy_pixel + ${pixel}u, dy_k, next_dy${i});`)}`;
}

/** WGSL: half a loop iteration, which multiplies one stage while the other is filled. */
function turn(tile: Tile, stage: number): string {
  return `
    ${fetch(tile, `pixel + ${(stage + 1) * DEPTH}u`)}
    ${multiply(tile, stage)}
    ${stash(tile, `${1 - stage}u`)}
    workgroupBarrier();`;
}

/** WGSL: the products of a stage, pixel by pixel. */
function multiply(tile: Tile, stage: number): string {
  const vectors = vectorsOf(tile);
  return unroll(DEPTH, (d) =>
    `{
    ${unroll(QUADS, (i) => `let x${i} = tile_x[${stage}][${d}][${i}][lane.y];`)}
    ${unroll(vectors, (j) => `let dy${j} = tile_dy[${stage}][${d}][${j}][lane.x];`)}
    ${eachOwned(tile, (r, j) => `sum${r}_${j} = fma(vec4f(x${r >> 2}[${r & 3}]), dy${j}, sum${r}_${j});`)}
  }`);
}
