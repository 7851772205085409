/**
 * Convolution as an implicit matrix product on matrix units: the bindings of implicit_gemm_tiled.ts, and sums in f32 of
 * products of f16, which are exact. Operands of f32 are split into two f16 each and multiplied in three products (see
 * lib/matrix_split.ts), which takes the largest magnitudes of x and w as further bindings.
 *
 *   y[row, k] = bias[k] + sum over inner of X[row, inner] * w[inner, k]
 *   row = (n, p, q), inner = (tap, c), X[row, inner] = x[the pixel of the row under the tap, c], zero outside x
 *
 * A workgroup owns a tile of rows by channels k (see lib/matrix_tile.ts). Its threads load vectors of eight `inner` of
 * X and of eight channels k of w, as they are stored; where x or w has channels that are no multiple of eight (the
 * stem's, a head's classes), a vector is two of four. A thread loads for the same rows in every stage, and divides row
 * into (n, p, q) once, before the loop. All tiles add in the same order and give the same bits.
 *
 * Multiply-adds for each byte that a subgroup reads from workgroup memory, with units of 16 x 16 x 16: 8 with parts of
 * 2 x 2 of them, 10.7 with 4 x 2, 16 with 4 x 4.
 */
import type { GemmOptions } from "./implicit_gemm.ts";
import { innerCount, loadW, loadX, rowCount, storeY } from "./lib/gemm_operands.ts";
import { statistics, statisticsFunctions } from "./lib/matrix_statistics.ts";
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
import { element4, type ElementType, type KernelSource, wgsl } from "./lib/source.ts";
import { groupVariables } from "./lib/tile.ts";

export interface MatrixGemmOptions extends GemmOptions {
  readonly tile: MatrixTile;
  readonly unit: MatrixUnit;
  readonly groups?: 1;
  /** The filter is always stored as [R, S, C, K]; see transpose_filter.ts. */
  readonly transposed?: false;
}

/** Most promising first; the first is for narrow and for small products, too. Split operands take twice the memory. */
const SHAPES: Readonly<Record<ElementType, readonly TileShape[]>> = {
  f16: [
    { tile: [4, 4, 2], part: [2, 2] },
    { tile: [8, 4, 2], part: [4, 2] },
    { tile: [8, 8, 2], part: [4, 2] },
    { tile: [8, 8, 1], part: [4, 4] },
  ],
  f32: [
    { tile: [4, 4, 1], part: [2, 2] },
    { tile: [4, 4, 2], part: [2, 2] },
    { tile: [8, 4, 1], part: [4, 2] },
    { tile: [8, 8, 1], part: [4, 2] },
  ],
};

/** Maximum number of workgroups along one axis of a grid. */
const LONGEST_GRID = 65535;

/** The tiles worth trying on an adapter with so many bytes of workgroup memory, most promising first. */
export function matrixGemmTiles(o: GemmOptions, unit: MatrixUnit, memory: number): MatrixTile[] {
  const { type, outputs: cols } = o;
  return worthwhileTiles(SHAPES[type], unit, { type, byColumns: false, rows: rowCount(o), cols, memory });
}

/** The number of chunks of rows in the statistics. */
export function matrixChunks(o: GemmOptions, tile: MatrixTile): number {
  return Math.ceil(rowCount(o) / tile.rows);
}

export function implicitGemmMatrix(o: MatrixGemmOptions): KernelSource {
  const { tile, unit, type } = o, k4 = o.outputs / 4, form = { type, byColumns: false };
  const steps = Math.ceil(innerCount(o) / tile.depth), stage = stageOf(tile, form);
  const x = readingStored(type, o.channels, tile.depth), w = readingStored(type, o.outputs, tile.depth);
  const isSplit = type === "f32";
  const layers = Math.ceil(matrixChunks(o, tile) / LONGEST_GRID);
  const write = (first: number) =>
    `{
    let first_k = first_col / 4u + ${first}u;
    ${eachOfBand(tile, unit, `store(first_row + row, first_k + vector, value(row, vector, first_k));`)}
    ${o.statistics ? statistics(tile) : ""}
  }`;

  const code = wgsl`
${MATRIX_HEAD}
${element4(type)}
@group(0) @binding(0) var<storage, read> x: array<${x.type}>; // [N, H, W, C / width]
@group(0) @binding(1) var<storage, read> w: array<${w.type}>; // [R, S, C, K / width]
@group(0) @binding(2) var<storage, read_write> y: array<Element4>; // [N, P, Q, K / 4]
#if ${o.bias}
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [K / 4]
#endif
#if ${o.statistics}
@group(0) @binding(4) var<storage, read_write> partial: array<vec4f>; // [chunks, (rows, mean, lost, deviations), K / 4]
#endif
#if ${isSplit}
@group(0) @binding(5) var<storage, read> largest_x: array<u32>; // [1], the bits of the largest magnitude
@group(0) @binding(6) var<storage, read> largest_w: array<u32>; // [1]
#endif
${matrixMemoryOf(tile, form)}
${eightOf(type, stage.low)}

fn row_count() -> u32 {
  return arrayLength(&y) / ${o.rows.image * o.cols.image * k4}u * ${o.rows.output * o.cols.output}u;
}
${groupVariables(o)}
${loadX(o, x)}
${loadW(o, w)}
${eights(x, w, o)}
${storeY(o)}
fn value(row: u32, vector: u32, first_k: u32) -> vec4f {
#if ${o.bias}
  return result(row, vector) + bias[min(first_k + vector, ${k4 - 1}u)];
#else
  return result(row, vector);
#endif
}
#if ${o.statistics}
${statisticsFunctions(tile, unit, k4)}
#endif

@compute @workgroup_size(${matrixThreads(tile, unit)})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = group.y + group.z * groups.y;
  let first_row = chunk * ${tile.rows}u;
  let first_col = group.x * ${tile.cols}u;
  ${places(tile, unit)}
  ${matrixSums(tile, unit)}
  ${isSplit ? declareTotals(tile, unit) : ""}
  ${fetch(tile, unit, "0u")}
  ${stash(o, "0u")}
  workgroupBarrier();
  for (var turn = 0u; turn < ${steps}u; turn++) {
    let here = turn % 2u * ${stage.size}u;
    let is_last = turn + 1u == ${steps}u; // there are none where no tap meets a pixel
    if (!is_last) { ${fetch(tile, unit, "(turn + 1u)")} }
    ${multiplyStage(tile, unit, form)}
    ${isSplit ? addTotals(tile, unit) : ""}
    if (!is_last) { ${stash(o, `(${stage.size}u - here)`)} }
    workgroupBarrier();
  }
  ${isSplit ? eachBandOfTotals(tile, unit, ["x", "w"], write) : eachBand(tile, unit, write)}
}`;
  return {
    code,
    workgroups: [Math.ceil(o.outputs / tile.cols), Math.ceil(matrixChunks(o, tile) / layers), layers],
  };
}

/** WGSL: `eight_x(row, i)` and `eight_w(inner, i)`, the i-th vector of eight, which may be past the end of k. */
function eights(x: Reading, w: Reading, { outputs }: GemmOptions): string {
  const last = outputs / w.width - 1;
  return `
fn eight_x(row: Row, i: u32) -> Eight {
  return ${x.width === 8 ? "load_x(row, i)" : "eight(load_x(row, 2u * i), load_x(row, 2u * i + 1u))"};
}
fn eight_w(inner: u32, i: u32) -> Eight {
  return ${
    w.width === 8
      ? `load_w(inner, min(i, ${last}u))`
      : `eight(load_w(inner, min(2u * i, ${last}u)), load_w(inner, min(2u * i + 1u, ${last}u)))`
  };
}`;
}

function loadsOf({ rows, cols, depth }: MatrixTile) {
  return { x: { count: rows, vectors: depth / 8 }, w: { count: depth, vectors: cols / 8 } };
}

/** WGSL: what this thread loads. Adjacent threads load adjacent vectors, of x and w as in workgroup memory. */
function places(tile: MatrixTile, unit: MatrixUnit): string {
  const { x, w } = loadsOf(tile);
  return `
  let x_row = thread / ${x.vectors}u;
  let x_vector = thread % ${x.vectors}u;
  let w_inner = thread / ${w.vectors}u;
  let w_vector = thread % ${w.vectors}u;
  ${
    eachLoad(tile, unit, x, (i, row) =>
      `let row${i} = row_of(min(first_row + x_row + ${row}u, row_count() - 1u)); var next_x${i}: Eight;`)
  }
  ${eachLoad(tile, unit, w, (i) => `var next_w${i}: Eight;`)}`;
}

/** WGSL: this thread's loads for a step, into registers. */
function fetch(tile: MatrixTile, unit: MatrixUnit, step: string): string {
  const { x, w } = loadsOf(tile);
  return `
  ${eachLoad(tile, unit, x, (i) => `next_x${i} = eight_x(row${i}, ${step} * ${x.vectors}u + x_vector);`)}
  ${
    eachLoad(tile, unit, w, (i, inner) =>
      `next_w${i} = eight_w(${step} * ${tile.depth}u + w_inner + ${inner}u, first_col / 8u + w_vector);`)
  }`;
}

/** WGSL: stores these registers to the stage at the vector `here`. */
function stash({ tile, unit, type }: MatrixGemmOptions, here: string): string {
  const { x, w } = loadsOf(tile), { left, right } = stageOf(tile, { type, byColumns: false });
  return `
  ${
    eachLoad(tile, unit, x, (i, row) =>
      stashed(type, "x", `${here} + (x_row + ${row}u) * ${left.row}u + x_vector`, `next_x${i}`))
  }
  ${
    eachLoad(tile, unit, w, (i, inner) =>
      stashed(
        type,
        "w",
        `${here} + ${right.at}u + (w_inner + ${inner}u) * ${right.row}u + w_vector`,
        `next_w${i}`,
      ))
  }`;
}
