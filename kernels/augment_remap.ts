/**
 * y[row, column] = x[rows[row], columns[column]] for squares: pixelation and mirroring. A thread handles four
 * adjacent pixels of a row.
 *
 * Job: 0 source, 1 target, 2 the table of columns, 3 the table of rows.
 */
import { jobList, type Jobs, loadJob, pitchOf, RUN, squareGrid, word } from "./lib/augment.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export function augmentRemap(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const pitch = pitchOf(side);
  const code = wgsl`
${jobList}
@group(0) @binding(2) var<storage, read> data: array<u32>;
@group(0) @binding(3) var<storage, read_write> x: array<u32>; // squares of [${side}, ${pitch}]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(4)}
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  let columns = ${word(2)} + column;
  let row = ${word(0)} + data[${word(3)} + id.y] * ${pitch}u;
  let to = ${word(1)} + id.y * ${pitch}u + column;
  ${unroll(RUN, (i) => `if (column + ${i}u < ${side}u) { x[to + ${i}u] = x[row + data[columns + ${i}u]]; }`)}
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
