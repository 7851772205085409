/**
 * The vertical pass of an antialiased resize into a square picture, as Pillow's, with what surrounds the resized part
 * in one colour; in the same pass the colour steps that follow (lib/augment_color.ts) and, where `measured`, sums of
 * the result's luma for the contrast step that comes next. A thread does four neighbouring pixels of a row.
 *
 * A job: 0 source (rows of `width` words), 1 the row of the picture that lies first in it, 2 table, 3 its stride,
 * 4 target, 5 left, 6 top, 7 width, 8 height of the resized part in the square, 9 what surrounds it, 10 place of the
 * sums in `luma_sums`; 16 the steps. The table has for each row of the resized part its first row of the picture, how
 * many, and their weights.
 */
import { type Jobs, jobs, pixels, RUN, squareGrid } from "./lib/augment.ts";
import { colorAmounts, colorFunctions, colorSteps } from "./lib/augment_color.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

const HALF = 1 << 21;

export interface AugmentColumnsOptions {
  readonly jobs: Jobs;
  /** The side of the square pictures. */
  readonly side: number;
  /** Colour steps in letters. */
  readonly steps: string;
  readonly measured: boolean;
}

export function augmentColumns({ jobs: list, side, steps, measured }: AugmentColumnsOptions): KernelSource {
  const runs = Math.ceil(side / RUN);
  const code = wgsl`
${jobs}
${pixels}
${colorFunctions(steps)}
@group(0) @binding(2) var<storage, read> x: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>; // squares of [${side}, ${side}]
#if ${measured}
@group(0) @binding(4) var<storage, read_write> luma_sums: array<u32>; // [pictures, ${side}, ${runs}]
#endif

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let job = id.z;
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  let width = word(job, 7u);
  let height = word(job, 8u);
  let part_row = id.y - word(job, 6u); // large where it is negative
  let in_rows = part_row < height;
  let entry = word(job, 2u) + min(part_row, height - 1u) * word(job, 3u);
  let start = word(job, 0u) + (data[entry] - word(job, 1u)) * width;
  let count = data[entry + 1u];
  let weights = entry + 2u;
  let part_column = column - word(job, 5u);
  ${unroll(RUN, (i) => `let column_${i} = part_column + ${i}u;`)}
  ${unroll(RUN, (i) => `var at_${i} = start + select(0u, column_${i}, column_${i} < width);`)}
  ${unroll(RUN, (i) => `var sum_${i} = vec3u(${HALF}u);`)}
  for (var k = 0u; k < count; k++) {
    let weight = data[weights + k];
    ${unroll(RUN, (i) => `sum_${i} += levels(x[at_${i}]) * weight; at_${i} += width;`)}
  }
  let around = levels(word(job, 9u));
  ${colorAmounts(steps, "0u", "1u")}
  ${
    unroll(RUN, (i) =>
      `var v_${i} = vec3f(select(around, sum_${i} >> vec3u(22u), in_rows && column_${i} < width));
  ${colorSteps(steps, `v_${i}`)}`)
  }
  let to = word(job, 4u) + id.y * ${side}u + column;
  ${unroll(RUN, (i) => `if (column + ${i}u < ${side}u) { y[to + ${i}u] = packed(vec3u(v_${i})); }`)}
#if ${measured}
  ${unroll(RUN, (i) => `let luma_${i} = select(0.0, luma(v_${i}), column + ${i}u < ${side}u);`)}
  luma_sums[(word(job, 10u) * ${side}u + id.y) * ${runs}u + id.x] = u32(luma_0 + luma_1 + luma_2 + luma_3);
#endif
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
