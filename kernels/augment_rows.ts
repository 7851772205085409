/**
 * The horizontal pass of an antialiased resize, as Pillow's: fixed point with 22 bits behind the point, rounded to 8
 * bits. A thread does one column of eight rows, so that the job and a weight are loaded once for eight pixels.
 *
 * A job: 0 source, 1 its stride, 2 the column of the picture that lies first in it, 3 rows, 4 columns of the result,
 * 5 table, 6 its stride, 7 target, 8 1 if mirrored. The table has for each column of the result its first column of
 * the picture, how many, and their weights. A row of the target is as long as a square's.
 */
import { jobList, type Jobs, loadJob, pitchOf, pixels, word } from "./lib/augment.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

/** Rows of a thread. */
const ROWS = 8;
/** One half in fixed point. */
const HALF = 1 << 21;

export interface AugmentRowsOptions {
  readonly jobs: Jobs;
  /** The side of the squares. */
  readonly side: number;
  /** The source is [rows / 4, columns, 4 rows] as it was uploaded, not a square. */
  readonly isUpload: boolean;
  /** The most rows and columns of a job. */
  readonly rows: number;
  readonly columns: number;
}

/** Rows that lie one behind the other. */
const rowPlaces = `let at_0 = ${word(0)} + first + row * stride;
  ${unroll(ROWS - 1, (r) => `let at_${r + 1} = at_${r} + select(0u, stride, row + ${r + 1}u < rows);`)}`;
const rowSums = unroll(ROWS, (r) => `sum_${r} += levels(x[at_${r} + k]) * weight;`);

/** Four rows to a vector: a load of four words costs less than four loads. */
const groupPlaces = `let at_0 = ${word(0)} / 4u + first + (row / 4u) * stride;
  let at_1 = at_0 + select(0u, stride, row + 4u < rows);`;
const groupSums = unroll(ROWS / 4, (v) =>
  `let in_${v} = x[at_${v} + k];
    ${unroll(4, (i) => `sum_${4 * v + i} += levels(in_${v}.${"xyzw"[i]}) * weight;`)}`);

export function augmentRows({ jobs, side, isUpload, rows, columns }: AugmentRowsOptions): KernelSource {
  const pitch = pitchOf(side);
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read> data: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<${isUpload ? "vec4u" : "u32"}>;
@group(0) @binding(4) var<storage, read_write> y: array<u32>; // [rows, ${pitch}]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(9)}
  let column = id.x;
  let row = id.y * ${ROWS}u;
  let rows = ${word(3)};
  let columns = ${word(4)};
  if (column >= columns || row >= rows) { return; }
  let stride = ${word(1)};
  let entry = ${word(5)} + column * ${word(6)};
  let count = data[entry + 1u];
  let weights = entry + 2u;
  let first = data[entry] - ${word(2)};
  ${isUpload ? groupPlaces : rowPlaces}
  ${unroll(ROWS, (r) => `var sum_${r} = vec3u(${HALF}u);`)}
  for (var k = 0u; k < count; k++) {
    let weight = data[weights + k];
    ${isUpload ? groupSums : rowSums}
  }
  let to = ${word(7)} + row * ${pitch}u + select(column, columns - 1u - column, ${word(8)} != 0u);
  ${
    unroll(ROWS, (r) =>
      `if (row + ${r}u < rows) { y[to + ${r * pitch}u] = packed(sum_${r} >> vec3u(22u)); }`)
  }
}`;
  const workgroups = [Math.ceil(columns / 8), Math.ceil(rows / (8 * ROWS)), jobs.count] as const;
  return { code, workgroups, uniform: [jobs.first] };
}
