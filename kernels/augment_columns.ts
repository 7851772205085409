/**
 * The vertical pass of an antialiased resize into a square, as Pillow's, with what surrounds the resized part in one
 * colour; in the same pass the colour steps that follow (lib/augment_color.ts) and, where `measured`, sums of the
 * result's luma for the contrast step that comes next. A thread does four neighbouring pixels of a row.
 *
 * A job: 0 source, 1 the row of the picture that lies first in it, 2 table, 3 its stride, 4 target, 5 left, 6 top,
 * 7 width, 8 height of the resized part in the square, 9 what surrounds it, 10 place of the sums in `luma_sums`;
 * 12 the steps. The table has for each row of the resized part its first row of the picture, how many, and their
 * weights. The source's columns are those of the square; those outside the part are never used.
 */
import {
  jobList,
  type Jobs,
  lane,
  loadJob,
  pitchOf,
  pixels,
  RUN,
  squareGrid,
  VECTORS,
  word,
} from "./lib/augment.ts";
import { colorAmounts, colorFunctions, colorSteps, stepsEnd } from "./lib/augment_color.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

const HALF = 1 << 21;

export interface AugmentColumnsOptions {
  readonly jobs: Jobs;
  /** The side of the squares. */
  readonly side: number;
  /** Colour steps in letters. */
  readonly steps: string;
  readonly measured: boolean;
}

export function augmentColumns({ jobs, side, steps, measured }: AugmentColumnsOptions): KernelSource {
  const pitch = pitchOf(side);
  const runs = pitch / RUN;
  const code = wgsl`
${jobList}
${pixels}
${colorFunctions(steps)}
@group(0) @binding(2) var<storage, read> data: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<vec4u>; // [rows, ${pitch} / 4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4u>; // squares of [${side}, ${pitch} / 4]
#if ${measured}
@group(0) @binding(5) var<storage, read_write> luma_sums: array<u32>; // [pictures, ${side}, ${runs}]
#endif

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(stepsEnd(steps))}
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  let part_row = id.y - ${word(6)}; // large where it is negative
  let height = ${word(8)};
  let entry = ${word(2)} + min(part_row, height - 1u) * ${word(3)};
  let count = data[entry + 1u];
  let weights = entry + 2u;
  var at = (${word(0)} + (data[entry] - ${word(1)}) * ${pitch}u + column) / 4u;
  ${unroll(RUN, (i) => `var sum_${i} = vec3u(${HALF}u);`)}
  for (var k = 0u; k < count; k++) {
    let weight = data[weights + k];
    ${unroll(VECTORS, (v) => `let in_${v} = x[at + ${v}u];`)}
    ${unroll(RUN, (i) => `sum_${i} += levels(${lane("in", i)}) * weight;`)}
    at += ${pitch / 4}u;
  }
  let around = levels(${word(9)});
  let first = column - ${word(5)};
  let width = select(0u, ${word(7)}, part_row < height);
  ${colorAmounts(steps, "0u", "1u")}
  ${
    unroll(RUN, (i) =>
      `var v_${i} = vec3f(select(around, sum_${i} >> vec3u(22u), first + ${i}u < width));
  ${colorSteps(steps, `v_${i}`)}`)
  }
  let to = (${word(4)} + id.y * ${pitch}u + column) / 4u;
  ${
    unroll(VECTORS, (v) => {
      const four = [0, 1, 2, 3].map((i) => `packed(vec3u(v_${4 * v + i}))`);
      return `y[to + ${v}u] = vec4u(${four.join(", ")});`;
    })
  }
#if ${measured}
  var sum = 0.0;
  ${unroll(RUN, (i) => `sum += select(0.0, luma(v_${i}), column + ${i}u < ${side}u);`)}
  luma_sums[(${word(10)} * ${side}u + id.y) * ${runs}u + id.x] = u32(sum);
#endif
}`;
  return { code, workgroups: squareGrid(side, jobs), uniform: [jobs.first] };
}
