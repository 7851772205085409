/**
 * Colour steps (lib/augment_color.ts) of squares, in place, and where `measured` sums of the result's luma for the
 * contrast step that comes next. A thread does four neighbouring pixels of a row.
 *
 * A job: 0 the square, 1 the picture's place in `sums` and `luma_sums`; 12 the steps.
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

export interface AugmentColorOptions {
  readonly jobs: Jobs;
  readonly side: number;
  readonly steps: string;
  readonly measured: boolean;
}

export function augmentColor({ jobs, side, steps, measured }: AugmentColorOptions): KernelSource {
  const pitch = pitchOf(side);
  const runs = pitch / RUN;
  const code = wgsl`
${jobList}
${pixels}
${colorFunctions(steps)}
@group(0) @binding(2) var<storage, read_write> x: array<vec4u>; // squares of [${side}, ${pitch} / 4]
#if ${steps.includes("c")}
@group(0) @binding(3) var<storage, read> sums: array<u32>; // [pictures]
#endif
#if ${measured}
@group(0) @binding(4) var<storage, read_write> luma_sums: array<u32>; // [pictures, ${side}, ${runs}]
#endif

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(stepsEnd(steps))}
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  ${colorAmounts(steps, `sums[${word(1)}]`, `${side * side}u`)}
  let at = (${word(0)} + id.y * ${pitch}u + column) / 4u;
  ${unroll(VECTORS, (v) => `let in_${v} = x[at + ${v}u];`)}
  ${
    unroll(RUN, (i) =>
      `var v_${i} = vec3f(levels(${lane("in", i)}));
  ${colorSteps(steps, `v_${i}`)}`)
  }
  ${
    unroll(VECTORS, (v) => {
      const four = [0, 1, 2, 3].map((i) => `packed(vec3u(v_${4 * v + i}))`);
      return `x[at + ${v}u] = vec4u(${four.join(", ")});`;
    })
  }
#if ${measured}
  var sum = 0.0;
  ${unroll(RUN, (i) => `sum += select(0.0, luma(v_${i}), column + ${i}u < ${side}u);`)}
  luma_sums[(${word(1)} * ${side}u + id.y) * ${runs}u + id.x] = u32(sum);
#endif
}`;
  return { code, workgroups: squareGrid(side, jobs), uniform: [jobs.first] };
}
