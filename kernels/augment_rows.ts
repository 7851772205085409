/**
 * The horizontal pass of an antialiased resize, as in Pillow: fixed point with 22 fractional bits, rounded to 8 bits.
 * A thread handles four columns of up to 16 rows, so that it loads its job and its weights once and stores four words
 * at a time.
 *
 * Job: 0 source, 1 its stride, 2 the column of the image that comes first in it, 3 rows, 4 columns of the result, 5
 * table, 6 its stride, 7 target, 8 1 if mirrored, 9 the first column of the target that is needed. The table
 * (filter_table.ts) has the columns of the result. A row of the target is as long as a square's, there is space for
 * whole groups of four rows, and columns that are not needed may contain anything.
 */
import { jobList, type Jobs, loadJob, pitchOf, pixels, RUN, word } from "./lib/augment.ts";
import { filterLoad, filterTaps } from "./lib/augment_filter.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

/** Rows in a group, which are interleaved in an upload, since one load of four words costs less than four loads. */
const ROWS = 4;
/** Groups handled by a thread. */
const GROUPS = 4;
/** One half in fixed point. */
const HALF = 1 << 21;

export interface AugmentRowsOptions {
  readonly jobs: Jobs;
  /** The side of the squares. */
  readonly side: number;
  /** True if the source is an upload of [rows / 4, columns, 4 rows] and not a square. */
  readonly isUpload: boolean;
  /** Weights in the tables for each column. */
  readonly taps: number;
  /** The maximum number of rows of a job. */
  readonly rows: number;
}

export function augmentRows({ jobs, side, isUpload, taps, rows }: AugmentRowsOptions): KernelSource {
  const pitch = pitchOf(side);
  const level = (r: number) => "xyzw"[r];
  const rowAt = (r: number) => `x[min(${ROWS}u * group + ${r}u, rows - 1u) * stride + k]`;
  const pixelsAt = isUpload ? "x[group * stride + k]" : `vec4u(${[0, 1, 2, 3].map(rowAt).join(", ")})`;
  const tap = (c: number) => (k: string, weight: string) =>
    `{ let k = first_${c} + ${k}; let weight = ${weight}; let four = ${pixelsAt};
      ${unroll(ROWS, (r) => `sum_${r} += levels(four.${level(r)}) * weight;`)} }`;
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read> data: array<vec4u>;
@group(0) @binding(3) var<storage, read> x: array<${isUpload ? "vec4u" : "u32"}>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4u>; // [rows, ${pitch} / 4]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(10)}
  let rows = ${word(3)};
  let last = min(${GROUPS}u * id.y + ${GROUPS}u, (rows + ${ROWS - 1}u) / ${ROWS}u);
  if (id.x >= ${pitch / RUN}u) { return; }
  let stride = ${word(1)};
  let source = ${word(0)}${isUpload ? " / 4u" : ""} - ${word(2)};
  let end = ${word(4)} - 1u;
  ${
    unroll(RUN, (c) =>
      `let seen_${c} = min(id.x * ${RUN}u + ${c}u - ${word(9)}, end);
  ${filterLoad(taps, `${c}`, word(5), word(6), `select(seen_${c}, end - seen_${c}, ${word(8)} != 0u)`)}
  let first_${c} = source + filter_${c}_0.x;`)
  }
  for (var group = ${GROUPS}u * id.y; group < last; group++) {
    ${unroll(ROWS, (r) => `var out_${r} = vec4u();`)}
    ${
    unroll(RUN, (c) =>
      `{
      ${unroll(ROWS, (r) => `var sum_${r} = vec3u(${HALF}u);`)}
      ${filterTaps(taps, `${c}`, tap(c))}
      ${unroll(ROWS, (r) => `out_${r}.${level(c)} = packed(level_of(sum_${r}));`)}
    }`)
  }
    let to = ${word(7)} / 4u + group * ${ROWS * pitch / RUN}u + id.x;
    ${unroll(ROWS, (r) => `y[to + ${r * pitch / RUN}u] = out_${r};`)}
  }
}`;
  const workgroups = [
    Math.ceil(pitch / (8 * RUN)),
    Math.ceil(rows / (8 * ROWS * GROUPS)),
    jobs.count,
  ] as const;
  return { code, workgroups, uniform: [jobs.first] };
}
