/**
 * Shared by the matrix products on matrix units (tensor cores): the tile of the result that a workgroup owns, how its
 * subgroups divide it, and the stages of its operands in workgroup memory.
 *
 * A subgroup multiplies matrices of the unit's size, of f16 with sums in f32, and keeps the sums of its part of the
 * tile in registers. Operands lie in workgroup memory as packed pairs of f16 in vectors of eight. Those of f16 are as
 * they are in their tensor; those of f32 are split into a high and a low part (see matrix_split.ts). Each row is
 * followed by one vector of padding, so that the rows of a matrix start in other banks. There are two stages: while one
 * is multiplied, the next is loaded into registers and then stored to the other, so one barrier suffices. When the sums
 * are complete, the same memory passes them to the threads as f32, 32 columns at a time.
 *
 * WGSL's matrices are Chrome's experiment "subgroup matrix", over Vulkan's cooperative matrices.
 */
import type { MatrixUnit } from "./kernel_source.ts";
import { type ElementType, unroll } from "./source.ts";

export type { MatrixUnit };

/** A tile of the result. */
export interface MatrixTile {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  /** Steps along the inner axis in a stage. */
  readonly depth: number;
  /** Rows and columns that a subgroup owns. */
  readonly part: readonly [number, number];
}

/** A tile in matrices of the unit, such as [4, 4, 2] by parts of [2, 2]: 64 x 64 with a depth of 32 for 16 x 16 x 16. */
export interface TileShape {
  readonly tile: readonly [number, number, number];
  readonly part: readonly [number, number];
}

/** The tile of a shape on a unit. */
function matrixTile(
  { tile: [rows, cols, depth], part }: TileShape,
  { m, n, k }: MatrixUnit,
): MatrixTile {
  return {
    name: `${rows * m}x${cols * n}x${depth * k}`,
    rows: rows * m,
    cols: cols * n,
    depth: depth * k,
    part: [part[0] * m, part[1] * n],
  };
}

/** Columns of the result in workgroup memory at a time. */
const BAND = 32;
/** Vectors of four columns in a band, and from row to row, with one of padding. */
export const BAND_VECTORS = BAND / 4, BAND_ROW = BAND_VECTORS + 1;

/** WGSL for the start of a kernel. */
export const MATRIX_HEAD = `enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);`;

/** Threads of a workgroup. */
export function matrixThreads({ rows, cols, part }: MatrixTile, { lanes }: MatrixUnit): number {
  return rows / part[0] * (cols / part[1]) * lanes;
}

/** An operand of a stage: rows of vectors of eight, each with one of padding. */
interface Stored {
  /** Where it starts in its stage, and from row to row, in vectors. */
  readonly at: number;
  readonly row: number;
}

/** How the operands of a product are stored. */
export interface OperandForm {
  /** Of their tensors. */
  readonly type: ElementType;
  /** Whether the left operand is stored by columns, as [depth, rows] instead of [rows, depth]. */
  readonly byColumns: boolean;
}

/** The operands of a stage, and its size in vectors. */
interface Stage {
  readonly left: Stored;
  /** [depth, columns]. */
  readonly right: Stored;
  /** From an operand's high part to its low part, if it is split. */
  readonly low: number;
  readonly size: number;
}

export function stageOf({ rows, cols, depth }: MatrixTile, { type, byColumns }: OperandForm): Stage {
  const left = { at: 0, row: (byColumns ? rows : depth) / 8 + 1 };
  const right = { at: (byColumns ? depth : rows) * left.row, row: cols / 8 + 1 };
  const low = right.at + depth * right.row;
  return { left, right, low, size: type === "f32" ? 2 * low : low };
}

/** A product, as far as its tiles depend on it. */
interface Extent extends OperandForm {
  /** Rows and columns of the result. */
  readonly rows: number;
  readonly cols: number;
  /** Bytes of workgroup memory that the adapter has. */
  readonly memory: number;
}

/**
 * The tiles worth trying, of those whose threads all load as much: the first, and of the others those that fit into
 * memory and of which more than half is used.
 */
export function worthwhileTiles(
  shapes: readonly TileShape[],
  unit: MatrixUnit,
  { rows, cols, memory, ...form }: Extent,
): MatrixTile[] {
  const [first, ...others] = shapes.map((shape) => matrixTile(shape, unit)).filter((tile) =>
    [tile.rows, tile.cols].every((side) => side * tile.depth / 8 % matrixThreads(tile, unit) === 0)
  );
  const isWorthIt = (tile: MatrixTile) =>
    cols > tile.cols / 2 && rows > tile.rows / 2 && matrixMemory(tile, unit, form) <= memory;
  return [first, ...others.filter(isWorthIt)];
}

/** Bytes of workgroup memory. */
function matrixMemory(tile: MatrixTile, unit: MatrixUnit, form: OperandForm): number {
  return 16 * (sharedVectors(tile, form) + matrixThreads(tile, unit));
}

function sharedVectors(tile: MatrixTile, form: OperandForm): number {
  return Math.max(2 * stageOf(tile, form).size, tile.rows * BAND_ROW);
}

/** WGSL outside `main`: the memory of the stages and of the result. */
export function matrixMemoryOf(tile: MatrixTile, form: OperandForm): string {
  return `
var<workgroup> shared_vectors: array<vec4u, ${sharedVectors(tile, form)}>;
/** Of a band of the result, a vector of four columns. */
fn result(row: u32, vector: u32) -> vec4f { return bitcast<vec4f>(shared_vectors[row * ${BAND_ROW}u + vector]); }`;
}

/** `text(i, j)` for each of the unit's results that a subgroup owns. */
export function eachResult(
  { part }: MatrixTile,
  { m, n }: MatrixUnit,
  text: (i: number, j: number) => string,
): string {
  return unroll(part[0] / m, (i) => unroll(part[1] / n, (j) => text(i, j)));
}

/** WGSL: the place of this thread's subgroup in the tile, and its sums. */
export function matrixSums(tile: MatrixTile, unit: MatrixUnit): string {
  const across = tile.cols / tile.part[1];
  return `
  let subgroup = thread / ${unit.lanes}u;
  let part_row = subgroup / ${across}u * ${tile.part[0]}u;
  let part_col = subgroup % ${across}u * ${tile.part[1]}u;
  ${
    eachResult(tile, unit, (i, j) =>
      `var sum${i}_${j}: subgroup_matrix_result<f32, ${unit.n}, ${unit.m}>;`)
  }`;
}

/**
 * WGSL: adds the products of the stage that starts at the vector `here`. Of split operands these are three, the small
 * ones first: low by high, high by low, high by high.
 */
export function multiplyStage(tile: MatrixTile, unit: MatrixUnit, form: OperandForm): string {
  const { m, n, k } = unit, { left, right, low } = stageOf(tile, form);
  const leftAt = (i: number) =>
    form.byColumns
      ? `step * ${k * left.row}u + part_row / 8u + ${i * m / 8}u`
      : `(part_row + ${i * m}u) * ${left.row}u + step * ${k / 8}u`;
  const rightAt = (j: number) => `step * ${k * right.row}u + part_col / 8u + ${j * n / 8}u`;
  const layout = form.byColumns ? "col_major" : "row_major";
  const products = `
      ${
    unroll(tile.part[0] / m, (i) =>
      `let left${i} = subgroupMatrixLoad<subgroup_matrix_left<f16, ${k}, ${m}>, ${layout}>(` +
      `&shared_vectors, left_from + ${leftAt(i)}, ${left.row}u);`)
  }
      ${
    unroll(tile.part[1] / n, (j) =>
      `let right${j} = subgroupMatrixLoad<subgroup_matrix_right<f16, ${n}, ${k}>, row_major>(&shared_vectors, ` +
      `right_from + ${rightAt(j)}, ${right.row}u);`)
  }
      ${
    eachResult(tile, unit, (i, j) =>
      `sum${i}_${j} = subgroupMatrixMultiplyAccumulate(left${i}, right${j}, sum${i}_${j});`)
  }`;
  const from = (operand: string, at: number) => `let ${operand}_from = here + ${at}u`;
  return `
    for (var step = 0u; step < ${tile.depth / k}u; step++) {
      ${
    form.type === "f16"
      ? `${from("left", left.at)}; ${from("right", right.at)}; ${products}`
      : `for (var product = 0u; product < 3u; product++) {
        ${from("left", left.at)} + select(0u, ${low}u, product == 0u);
        ${from("right", right.at)} + select(0u, ${low}u, product == 1u);
        ${products}
      }`
  }
    }`;
}

/**
 * WGSL: passes the sums through workgroup memory, and runs `text(first)` for each band of columns, with its first
 * vector of four; there `result(row, vector)` is a vector of the band.
 */
export function eachBand(tile: MatrixTile, unit: MatrixUnit, text: (first: number) => string): string {
  const store = (i: number, j: number) =>
    `subgroupMatrixStore<row_major>(&shared_vectors, (part_row + ${i * unit.m}u) * ${BAND_ROW}u + ` +
    `(part_col + ${j * unit.n}u) % ${BAND}u / 4u, sum${i}_${j}, ${BAND_ROW}u);`;
  return unroll(bandCount(tile), (band) => `
  workgroupBarrier();
  ${
    unroll(tile.part[1] / unit.n, (j) => `
  if ((part_col + ${j * unit.n}u) / ${BAND}u == ${band}u) {
    ${unroll(tile.part[0] / unit.m, (i) => store(i, j))}
  }`)
  }
  workgroupBarrier();
  ${text(band * BAND_VECTORS)}`);
}

/** Bands of a tile. */
export function bandCount({ cols }: MatrixTile): number {
  return cols / BAND;
}

/** WGSL: `text` for each row and vector of a band, shared out among the threads. */
export function eachOfBand(tile: MatrixTile, unit: MatrixUnit, text: string): string {
  return `
  for (var i = thread; i < ${tile.rows * BAND_VECTORS}u; i += ${matrixThreads(tile, unit)}u) {
    let row = i / ${BAND_VECTORS}u;
    let vector = i % ${BAND_VECTORS}u;
    ${text}
  }`;
}

/** How threads share the loads of `count` rows of `vectors` vectors: `text(i, row)` for the rows this far apart. */
export function eachLoad(
  tile: MatrixTile,
  unit: MatrixUnit,
  { count, vectors }: { count: number; vectors: number },
  text: (i: number, row: number) => string,
): string {
  const atOnce = matrixThreads(tile, unit) / vectors;
  return unroll(count / atOnce, (i) => text(i, i * atOnce));
}
