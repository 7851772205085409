/**
 * Reductions over the rows of a matrix [rows, C] (an image tensor, with rows = N * H * W), in two halves: threads
 * sum chunks of rows, then one thread for each four channels merges the chunks in order. Deterministic.
 */

/** Lanes of a workgroup along channels and along chunks. */
export const LANES = 8;

/** How many chunks the rows are cut into: at least 64 rows each, at most 512 chunks. */
export function chunkCount(rows: number): number {
  return Math.max(1, Math.min(512, Math.ceil(rows / 64)));
}

/** Workgroups for one thread a chunk and four channels. */
export function chunkGrid(rows: number, channels: number): [number, number, number] {
  return [Math.ceil(channels / 4 / LANES), Math.ceil(chunkCount(rows) / LANES), 1];
}

/** Workgroups for one thread for each four channels. */
export function columnGrid(channels: number): [number, number, number] {
  return [Math.ceil(channels / 4 / LANES), 1, 1];
}

/**
 * WGSL: the rows of a chunk. `partial` holds `values` vectors a chunk and four channels, [chunks, values, C / 4];
 * `rows` and the number of chunks follow from the buffers' lengths, so that batches of all sizes share the code.
 */
export function chunkRows(channels: number, values: number): string {
  return `
const C4 = ${channels / 4}u;
fn chunk_count() -> u32 { return arrayLength(&partial) / (${values}u * C4); }
fn chunk_rows(rows: u32) -> u32 { return (rows + chunk_count() - 1u) / chunk_count(); }
fn partial_at(chunk: u32, value: u32, c: u32) -> u32 { return (chunk * ${values}u + value) * C4 + c; }
/** First row of a chunk and the row behind its last. */
fn chunk_range(chunk: u32, rows: u32) -> vec2u {
  let size = chunk_rows(rows);
  return vec2u(min(chunk * size, rows), min((chunk + 1u) * size, rows));
}`;
}
