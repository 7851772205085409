/**
 * y[row, column] = x[rows[row], columns[column]] of squares: pixelation and mirroring. A thread does four neighbouring
 * pixels of a row.
 *
 * A job: 0 source, 1 target, 2 the table of columns, 3 the table of rows.
 */
import { type Jobs, jobs, RUN, squareGrid } from "./lib/augment.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export function augmentRemap(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const code = wgsl`
${jobs}
@group(0) @binding(2) var<storage, read_write> x: array<u32>; // squares of [${side}, ${side}]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let job = id.z;
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  let columns = word(job, 2u) + column;
  let row = word(job, 0u) + data[word(job, 3u) + id.y] * ${side}u;
  let to = word(job, 1u) + id.y * ${side}u + column;
  ${unroll(RUN, (i) => `if (column + ${i}u < ${side}u) { x[to + ${i}u] = x[row + data[columns + ${i}u]]; }`)}
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
