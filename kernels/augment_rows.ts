/**
 * The horizontal pass of an antialiased resize, as Pillow's: fixed point with 22 bits behind the point, rounded to 8
 * bits. A thread does one column of four rows, so that a weight is loaded once for four pixels.
 *
 * A job: 0 source, 1 its stride, 2 the column of the picture that lies first in it, 3 rows, 4 columns of the result,
 * 5 table, 6 its stride, 7 target, 8 whether mirrored. The table has for each column of the result its first column of
 * the picture, how many, and their weights. The target's rows lie one behind the other.
 */
import { type Jobs, jobs, pixels } from "./lib/augment.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

/** Rows of a thread. */
const ROWS = 4;
/** One half in fixed point. */
const HALF = 1 << 21;

const code = wgsl`
${jobs}
${pixels}
@group(0) @binding(2) var<storage, read> x: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let job = id.z;
  let column = id.x;
  let row = id.y * ${ROWS}u;
  let rows = word(job, 3u);
  let columns = word(job, 4u);
  if (column >= columns || row >= rows) { return; }
  let stride = word(job, 1u);
  let entry = word(job, 5u) + column * word(job, 6u);
  let start = word(job, 0u) + data[entry] - word(job, 2u);
  let count = data[entry + 1u];
  let weights = entry + 2u;
  ${unroll(ROWS, (r) => `let at_${r} = start + min(row + ${r}u, rows - 1u) * stride;`)}
  ${unroll(ROWS, (r) => `var sum_${r} = vec3u(${HALF}u);`)}
  for (var k = 0u; k < count; k++) {
    let weight = data[weights + k];
    ${unroll(ROWS, (r) => `sum_${r} += levels(x[at_${r} + k]) * weight;`)}
  }
  let to = word(job, 7u) + row * columns + select(column, columns - 1u - column, word(job, 8u) != 0u);
  ${
  unroll(ROWS, (r) => `if (row + ${r}u < rows) { y[to + ${r}u * columns] = packed(sum_${r} >> vec3u(22u)); }`)
}
}`;

/** `rows` and `columns` are the most of a job. */
export function augmentRows(
  o: { readonly jobs: Jobs; readonly rows: number; readonly columns: number },
): KernelSource {
  const workgroups = [Math.ceil(o.columns / 8), Math.ceil(o.rows / (8 * ROWS)), o.jobs.count] as const;
  return { code, workgroups, uniform: [o.jobs.first] };
}
