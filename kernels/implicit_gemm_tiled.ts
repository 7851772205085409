/**
 * Convolution as an implicit matrix product through workgroup memory, for GPUs: the same sums and bindings as
 * implicit_gemm.ts.
 *
 *   y[row, k] = bias[k] + sum over inner of X[row, inner] * w[inner, k]
 *   row = (n, p, q), inner = (tap, c), X[row, inner] = x[the pixel of the row under the tap, c], zero outside x
 *
 * A workgroup owns a tile of rows by channels k. Eight `inner` at a time, its threads load their share of X and of w
 * into workgroup memory, then each multiplies 8 rows by 4 or 8 channels in named registers. Workgroup memory is
 * double-buffered: while one stage is multiplied, the next is loaded into registers and then stored to the other
 * stage, so one barrier suffices. Each loop iteration processes both stages, so their indices are literals. A thread
 * loads for the same rows in every stage, and divides row into (n, p, q) once, before the loop.
 *
 * X is stored in workgroup memory in its original layout, in vectors of four channels c: 8 rows of them and 4 x 8
 * weights are 16 reads for 256 products, as many as if X were transposed. For each multiply-add the tiles read, in
 * bytes:
 *
 *   tile     a thread  threads  registers  of workgroup memory  of x and w
 *   128x128  8 x 8     256      192        1.0                  0.063
 *   128x64   8 x 8     128      200        1.0                  0.094
 *   64x64    8 x 4     128      112        1.5                  0.125
 *   64x32    8 x 4     64       120        1.5                  0.188
 *
 * The registers are those that a compiler for AMD's RDNA 2 uses, without spills. It compiles a step to 583
 * instructions for 512 multiply-adds of 8 x 8, or 319 for 256 of 8 x 4, including the addresses of the loads. Up to
 * 256 products are summed separately before they are added to the total, because a single sum over thousands of
 * products would lose several times as many digits as PyTorch's does. Shorter sums need no total, nor does an f16 y,
 * which keeps fewer digits than any sum: that saves 32 or 64 registers, so that more threads run at a time. All tiles
 * add in the same order and give the same bits.
 */
import type { GemmOptions } from "./implicit_gemm.ts";
import { innerCount, loadW, loadX, rowCount, storeY } from "./lib/gemm_operands.ts";
import { readingFloats } from "./lib/reading.ts";
import { element4, type KernelSource, unroll, wgsl } from "./lib/source.ts";
import { statistics, statisticsFunctions } from "./lib/tile_statistics.ts";
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

export interface TiledGemmOptions extends GemmOptions {
  readonly tile: Tile;
  /** The filter is always stored as [R, S, C / groups, K / 4]; see transpose_filter.ts. */
  readonly transposed?: false;
  /**
   * Also writes the results of batch_norm_statistics.ts for y before rounding to its type: to `partial` [chunks,
   * (rows, mean, lost, deviations), K / 4], one chunk for each tile of rows.
   */
  readonly statistics?: boolean;
}

/** Most promising first; the last is for narrow and for small products. */
export const GEMM_TILES: readonly Tile[] = [
  { name: "64x64", rows: 64, cols: 64, lanes: [8, 16] },
  { name: "128x64", rows: 128, cols: 64, lanes: [16, 8] },
  { name: "128x128", rows: 128, cols: 128, lanes: [16, 16] },
  { name: "64x32", rows: 64, cols: 32, lanes: [8, 8] },
];

const READING = readingFloats(DEPTH);
/** Vectors of four `inner` in a stage. */
const QUADS = DEPTH / 4;
/** Products of an f32 y that are summed separately. */
const BLOCK = 256;
/** Workgroups that keep a large GPU busy. */
const PLENTY = 1024;
/** Maximum number of workgroups along one axis of a grid. */
const LONGEST_GRID = 65535;

/**
 * Whether a tile is worth trying: more than half of it is used, or it is the smallest and the first one would be half
 * empty or too few. At least one tile is.
 */
export function gemmTileFits(o: GemmOptions, tile: Tile): boolean {
  const [first] = GEMM_TILES, outputs = o.outputs / (o.groups ?? 1);
  if (tile === GEMM_TILES.at(-1)) return outputs <= first.cols / 2 || groupCount(o, first) < PLENTY;
  return outputs > tile.cols / 2 && rowCount(o) > tile.rows / 2;
}

/** The number of chunks of rows in the statistics. */
export function statisticsChunks(o: GemmOptions, tile: Tile): number {
  return Math.ceil(rowCount(o) / tile.rows);
}

export function implicitGemmTiled(o: TiledGemmOptions): KernelSource {
  const { tile } = o;
  const [laneRows, laneCols] = tile.lanes, vectors = vectorsOf(tile), k4 = o.outputs / 4;
  const inner = innerCount(o), steps = Math.ceil(inner / DEPTH);
  const hasTotal = o.type === "f32" && inner > BLOCK;
  const ownK = (j: number) => `first_k + lane.x + ${j * laneCols}u`;

  const code = wgsl`
${element4(o.type)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H, W, C / 4]
@group(0) @binding(1) var<storage, read> w: array<Element4>; // [R, S, C / groups, K / 4]
@group(0) @binding(2) var<storage, read_write> y: array<Element4>; // [N, P, Q, K / 4]
#if ${o.bias}
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [K / 4]
#endif
#if ${o.statistics}
@group(0) @binding(4) var<storage, read_write> partial: array<vec4f>; // [chunks, (rows, mean, lost, deviations), K / 4]
#endif

var<workgroup> tile_x: array<array<array<array<vec4f, ${QUADS}>, ${laneRows}>, ${TILE_ROWS}>, 2>;
var<workgroup> tile_w: array<array<array<array<vec4f, ${laneCols}>, ${vectors}>, ${DEPTH}>, 2>;
fn stash_x(stage: u32, row: u32, quad: u32, value: vec4f) {
  tile_x[stage][row / ${laneRows}u][row % ${laneRows}u][quad] = value;
}
fn stash_w(stage: u32, inner: u32, k: u32, value: vec4f) {
  tile_w[stage][inner][k / ${laneCols}u][k % ${laneCols}u] = value;
}

fn row_count() -> u32 {
  return arrayLength(&y) / ${o.rows.image * o.cols.image * k4}u * ${o.rows.output * o.cols.output}u;
}
${groupVariables(o)}
${laneOf(tile)}
${loadX(o, READING)}
${loadW(o, READING)}
${storeY(o)}
#if ${o.statistics}
${statisticsFunctions(tile, k4)}
#endif

@compute @workgroup_size(${threadsOf(tile)})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let chunk = group.y + group.z * groups.y;
  let first_row = chunk * ${tile.rows}u;
  ${enterGroup(o, tile)}
  let lane = lane_of(thread);
  ${places(tile)}
  ${eachOwned(tile, (r, j) => `var sum${r}_${j} = vec4f();`)}
#if ${hasTotal}
  ${eachOwned(tile, (r, j) => `var total${r}_${j} = vec4f();`)}
#endif
  ${fetch(tile, "0u")}
  ${stash(tile, "0u")}
  workgroupBarrier();
  for (var step = 0u; step < ${steps - steps % 2}u; step += 2u) {
    ${turn(tile, 0, steps)}
    ${turn(tile, 1, steps)}
#if ${hasTotal}
    if ((step + 2u) % ${BLOCK / DEPTH}u == 0u) {
      ${eachOwned(tile, (r, j) => `total${r}_${j} += sum${r}_${j}; sum${r}_${j} = vec4f();`)}
    }
#endif
  }
  ${steps % 2 === 1 ? multiply(tile, 0) : ""}
#if ${hasTotal}
  ${eachOwned(tile, (r, j) => `sum${r}_${j} += total${r}_${j};`)}
#endif
#if ${o.bias}
  ${unroll(vectors, (j) => `let bias${j} = bias[min(${ownK(j)}, end_k - 1u)];`)}
  ${eachOwned(tile, (r, j) => `sum${r}_${j} += bias${j};`)}
#endif
  ${eachOwned(tile, (r, j) => `store(first_row + lane.y + ${r * laneRows}u, ${ownK(j)}, sum${r}_${j});`)}
#if ${o.statistics}
  ${statistics(tile)}
#endif
}`;
  const layers = Math.ceil(statisticsChunks(o, tile) / LONGEST_GRID);
  return {
    code,
    workgroups: [tilesAcross(o, tile), Math.ceil(statisticsChunks(o, tile) / layers), layers],
  };
}

function groupCount(o: GemmOptions, tile: Tile): number {
  return statisticsChunks(o, tile) * tilesAcross(o, tile);
}

/**
 * How the threads share the loads of a stage: equal numbers of vectors of X and w, for rows and `inner` this far
 * apart.
 */
function share(tile: Tile) {
  const threads = threadsOf(tile), rowsAtOnce = threads / QUADS, innerAtOnce = threads / (tile.cols / 4);
  return {
    eachX: (text: (i: number, row: number) => string) =>
      unroll(tile.rows / rowsAtOnce, (i) => text(i, i * rowsAtOnce)),
    eachW: (text: (i: number, inner: number) => string) =>
      unroll(DEPTH / innerAtOnce, (i) => text(i, i * innerAtOnce)),
  };
}

/** WGSL: what this thread loads. Adjacent threads load adjacent vectors, of x and w as in workgroup memory. */
function places(tile: Tile): string {
  const { eachX, eachW } = share(tile), vectors = tile.cols / 4;
  return `
  let quad = thread % ${QUADS}u;
  let x_row = thread / ${QUADS}u;
  let w_inner = thread / ${vectors}u;
  let w_k = thread % ${vectors}u;
  let k = min(first_k + w_k, end_k - 1u);
  ${eachX((i, row) => `let row${i} = row_of(min(first_row + x_row + ${row}u, row_count() - 1u));`)}
  ${eachX((i) => `var next_x${i}: vec4f;`)}
  ${eachW((i) => `var next_w${i}: vec4f;`)}`;
}

/** WGSL: this thread's loads for a step, into registers. */
function fetch(tile: Tile, step: string): string {
  const { eachX, eachW } = share(tile);
  return `
  ${eachX((i) => `next_x${i} = load_x(row${i}, ${step} * ${QUADS}u + quad);`)}
  ${eachW((i, inner) => `next_w${i} = load_w(${step} * ${DEPTH}u + w_inner + ${inner}u, k);`)}`;
}

/** WGSL: stores these registers to a stage. */
function stash(tile: Tile, stage: string): string {
  const { eachX, eachW } = share(tile);
  return `
  ${eachX((i, row) => `stash_x(${stage}, x_row + ${row}u, quad, next_x${i});`)}
  ${eachW((i, inner) => `stash_w(${stage}, w_inner + ${inner}u, w_k, next_w${i});`)}`;
}

/** WGSL: half a loop iteration, which multiplies one stage while the other is filled. */
function turn(tile: Tile, stage: number, steps: number): string {
  const next = `(step + ${stage + 1}u)`;
  return `
    if (${next} < ${steps}u) {
      ${fetch(tile, next)}
    }
    ${multiply(tile, stage)}
    ${stash(tile, `${1 - stage}u`)}
    workgroupBarrier();`;
}

/** WGSL: the products of a stage, quad by quad. A vector of each row is read once, and used up before the next. */
function multiply(tile: Tile, stage: number): string {
  const each = (text: (d: number, j: number) => string) =>
    unroll(4, (d) => unroll(vectorsOf(tile), (j) => text(d, j)));
  const weights = (quad: number) =>
    each((d, j) => `let w${d}_${j} = tile_w[${stage}][${4 * quad + d}][${j}][lane.x];`);
  const row = (r: number, quad: number) => `
    let x${r} = tile_x[${stage}][${r}][lane.y][${quad}];
    ${each((d, j) => `sum${r}_${j} = fma(vec4f(x${r}[${d}]), w${d}_${j}, sum${r}_${j});`)}`;
  return unroll(QUADS, (quad) => `{ ${weights(quad)} ${unroll(TILE_ROWS, (r) => row(r, quad))} }`);
}
