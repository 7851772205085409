/**
 * Shared by the matrix products through workgroup memory: the tile of the result that a workgroup owns, and how its
 * threads divide it.
 *
 * The threads form a grid of lanes. Each owns 8 rows by 4 or 8 columns of the tile, in named registers, strided by
 * the size of the grid: row `lane` of every run of as many rows as the grid has, and likewise for the vectors of four
 * columns. So adjacent lanes read adjacent vectors, and no two lanes that run together access the same bank of
 * workgroup memory except for the same vector.
 *
 * With groups of channels, a tile's columns are those of one group: a group is as many tiles wide as it needs.
 */
import { unroll } from "./source.ts";

/** A tile of the result, and the grid of lanes that computes it. */
export interface Tile {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  /** Lanes along rows (a multiple of 4) and along columns (a multiple of 8). */
  readonly lanes: readonly [number, number];
}

/** Steps along the inner axis that are in workgroup memory at a time: two stages of 128 x 128 fill 16 KiB. */
export const DEPTH = 8;

/** Rows of the result that a thread owns. */
export const TILE_ROWS = 8;

/** Threads of a workgroup. */
export function threadsOf({ lanes }: Tile): number {
  return lanes[0] * lanes[1];
}

/** Vectors of four columns that a thread owns. */
export function vectorsOf({ cols, lanes }: Tile): number {
  return cols / 4 / lanes[1];
}

/** `text(r, j)` for each row and each vector of columns that a thread owns. */
export function eachOwned(tile: Tile, text: (r: number, j: number) => string): string {
  return unroll(TILE_ROWS, (r) => unroll(vectorsOf(tile), (j) => text(r, j)));
}

/**
 * WGSL: a thread's lane along columns (x) and along rows (y). The 32 threads that run together are 4 rows by 8
 * columns of lanes, which minimises the vectors read for their products.
 */
export function laneOf({ lanes }: Tile): string {
  const bands = lanes[1] / 8;
  return `fn lane_of(thread: u32) -> vec2u {
  let band = thread / 32u;
  return vec2u(band % ${bands}u * 8u + thread % 8u, band / ${bands}u * 4u + thread % 32u / 8u);
}`;
}

/** A product's channels: those of x, and k, the columns of the result. */
interface Channels {
  readonly channels: number;
  readonly outputs: number;
  readonly groups?: number;
}

/** Columns of the grid of tiles. */
export function tilesAcross({ outputs, groups = 1 }: Channels, { cols }: Tile): number {
  return groups * Math.ceil(outputs / groups / cols);
}

/**
 * WGSL outside `main`: in vectors of four, `group_c`, the first channel of x that the workgroup's group reads, and
 * `end_k`, the end of its channels k.
 */
export function groupVariables({ outputs, groups = 1 }: Channels): string {
  return groups === 1
    ? `const group_c = 0u;\nconst end_k = ${outputs / 4}u;`
    : "var<private> group_c: u32;\nvar<private> end_k: u32;";
}

/** WGSL at the start of `main`: sets these, and `first_k`, the first vector of k of the tile in column `group.x`. */
export function enterGroup({ channels, outputs, groups = 1 }: Channels, { cols }: Tile): string {
  if (groups === 1) return `let first_k = group.x * ${cols / 4}u;`;
  const across = Math.ceil(outputs / groups / cols), c4 = channels / groups / 4, k4 = outputs / groups / 4;
  return `let place = group.x / ${across}u;
  let first_k = place * ${k4}u + group.x % ${across}u * ${cols / 4}u;
  group_c = place * ${c4}u;
  end_k = (place + 1u) * ${k4}u;`;
}
