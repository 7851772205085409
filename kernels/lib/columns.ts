/**
 * Kernels over a matrix [rows, C] (an image tensor, with rows = N * H * W) whose threads each own four channels:
 * per-channel values are loaded once for many rows, and no index is divided. Lanes run along channels first, so that
 * a workgroup reads contiguous memory.
 *
 * Reductions over the rows take two steps: threads sum chunks of rows, then one thread or the lanes of a workgroup
 * merge the chunks of a channel in a fixed order. Deterministic.
 */
import { uniformFields, unroll } from "./source.ts";

/** Lanes of a workgroup along channels and along rows or chunks. Software adapters prefer large workgroups. */
export const LANES = "16, 16";
const COLUMN_LANES = 16, ROW_LANES = 16;

/** Rows of a thread that writes a matrix of the same shape. */
const OWNED = 8;

/** Rows of a chunk. */
const CHUNK = 64;

/** Maximum number of workgroups along one dimension of a grid. */
const LONGEST = 65535;

/** The number of chunks of rows. */
export function chunkCount(rows: number): number {
  return Math.ceil(rows / CHUNK);
}

/** Workgroups along channels, and along `places` of the rows, folded if one dimension is too short. */
function grid(channels: number, places: number): [number, number, number] {
  const groups = Math.ceil(places / ROW_LANES), layers = Math.ceil(groups / LONGEST);
  return [Math.ceil(channels / 4 / COLUMN_LANES), Math.ceil(groups / layers), layers];
}

/** Workgroups for threads that own four channels of {@link eachRow}'s rows. */
export function rowGrid(rows: number, channels: number): [number, number, number] {
  return grid(channels, Math.ceil(rows / OWNED));
}

/** Workgroups for threads that own four channels of a chunk. */
export function chunkGrid(rows: number, channels: number): [number, number, number] {
  return grid(channels, chunkCount(rows));
}

/** The source's `uniform` of kernels with {@link columns}: layers of all widths and batches of all sizes share the code. */
export function columnFields(rows: number, channels: number): number[] {
  return [channels / 4, rows];
}

/** WGSL: the number of vectors in a row, C / 4, that of rows, and the index of a thread along the rows in a grid of this file. */
export const columns = `
${uniformFields(9, { vectors: 0, rows: 0 })}
fn row_vectors() -> u32 { return u32(g.vectors); }
fn row_count() -> u32 { return u32(g.rows); }
fn place_of(id: vec3u, groups: vec3u) -> u32 { return id.y + id.z * groups.y * ${ROW_LANES}u; }`;

/** WGSL: `body` for each row that the thread at `place` owns, as straight-line code; `i` is the row's vector `c`. */
export function eachRow(body: string): string {
  return `
  let first = place / ${ROW_LANES}u * ${ROW_LANES * OWNED}u + place % ${ROW_LANES}u;
  ${
    unroll(OWNED, (row) => `
  if (first + ${row * ROW_LANES}u < rows) {
    let i = i32((first + ${row * ROW_LANES}u) * c4 + c);
    ${body}
  }`)
  }`;
}

/** WGSL: `body` for each row of the thread's `chunk`, four at a time; `i` is the row's vector `c`. */
export function eachChunkRow(body: string): string {
  return `
  for (var row = chunk * ${CHUNK}u; row < min((chunk + 1u) * ${CHUNK}u, rows); row += 4u) {
    ${
    unroll(4, (next) => `
    if (row + ${next}u < rows) {
      let i = i32((row + ${next}u) * c4 + c);
      ${body}
    }`)
  }
  }`;
}

/** A workgroup that merges chunks: its lanes along vectors of channels, and along chunks. */
export interface MergeLanes {
  readonly columns: number;
  readonly chunks: number;
}

/** For software adapters, where one thread adds chunks faster than lanes can synchronise. */
export const SERIAL: MergeLanes = { columns: 8, chunks: 1 };

/** For GPUs: the fewer channels, the more lanes along chunks. */
export function parallelLanes(channels: number): MergeLanes {
  const chunks = Math.min(128, Math.max(4, 2 ** Math.ceil(Math.log2(2048 / (channels / 4)))));
  return { columns: Math.min(8, 256 / chunks), chunks };
}

/** Workgroups for threads of {@link MergeLanes}. */
export function mergeGrid(channels: number, { columns }: MergeLanes): [number, number, number] {
  return [Math.ceil(channels / 4 / columns), 1, 1];
}

/**
 * WGSL for {@link MergeLanes}: `partial` contains `values` vectors for each chunk and four channels, [chunks, values,
 * C / 4]. A lane adds every `chunks`-th chunk, and `sum_lanes` adds two such sums over the lanes of a channel, in
 * their order. Each lane gets the sums; all must call, from uniform control flow.
 */
export function mergeChunks(channels: number, values: number, lanes: MergeLanes): string {
  return `
const C4 = ${channels / 4}u;
fn partial_at(chunk: u32, value: u32, c: u32) -> u32 { return (chunk * ${values}u + value) * C4 + c; }
fn chunk_count() -> u32 { return arrayLength(&partial) / (${values}u * C4); }

alias Pair = array<vec4f, 2>;
${lanes.chunks > 1 ? sumLanes(lanes) : "fn sum_lanes(own: Pair, lane: vec2u) -> Pair { return own; }"}`;
}

function sumLanes({ columns, chunks }: MergeLanes): string {
  return `
var<workgroup> lane_sums: array<array<Pair, ${columns}>, ${chunks}>;
fn sum_lanes(own: Pair, lane: vec2u) -> Pair {
  lane_sums[lane.y][lane.x] = own;
  workgroupBarrier();
  if (lane.y == 0u) {
    var first = own[0];
    var second = own[1];
    for (var other = 1u; other < ${chunks}u; other++) {
      first += lane_sums[other][lane.x][0];
      second += lane_sums[other][lane.x][1];
    }
    lane_sums[0][lane.x] = Pair(first, second);
  }
  workgroupBarrier();
  let total = lane_sums[0][lane.x];
  workgroupBarrier();
  return total;
}`;
}
