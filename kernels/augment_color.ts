/**
 * Colour steps (lib/augment_color.ts) of squares, in place, and where `measured` sums of the result's luma for the
 * contrast step that comes next. A thread does four neighbouring pixels of a row.
 *
 * A job: 0 the square, 1 the picture's place in `sums` and `luma_sums`; 16 the steps.
 */
import { type Jobs, jobs, pixels, RUN, squareGrid } from "./lib/augment.ts";
import { colorAmounts, colorFunctions, colorSteps } from "./lib/augment_color.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentColorOptions {
  readonly jobs: Jobs;
  readonly side: number;
  readonly steps: string;
  readonly measured: boolean;
}

export function augmentColor({ jobs: list, side, steps, measured }: AugmentColorOptions): KernelSource {
  const runs = Math.ceil(side / RUN);
  const code = wgsl`
${jobs}
${pixels}
${colorFunctions(steps)}
@group(0) @binding(2) var<storage, read_write> x: array<u32>; // squares of [${side}, ${side}]
#if ${steps.includes("c")}
@group(0) @binding(3) var<storage, read> sums: array<u32>; // [pictures]
#endif
#if ${measured}
@group(0) @binding(4) var<storage, read_write> luma_sums: array<u32>; // [pictures, ${side}, ${runs}]
#endif

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let job = id.z;
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  ${colorAmounts(steps, "sums[word(job, 1u)]", `${side * side}u`)}
  let at = word(job, 0u) + id.y * ${side}u + column;
  ${unroll(RUN, (i) => `let at_${i} = at + min(${i}u, ${side - 1}u - column);`)}
  ${
    unroll(RUN, (i) =>
      `var v_${i} = vec3f(levels(x[at_${i}]));
  ${colorSteps(steps, `v_${i}`)}`)
  }
  ${unroll(RUN, (i) => `if (column + ${i}u < ${side}u) { x[at_${i}] = packed(vec3u(v_${i})); }`)}
#if ${measured}
  ${unroll(RUN, (i) => `let luma_${i} = select(0.0, luma(v_${i}), column + ${i}u < ${side}u);`)}
  luma_sums[(word(job, 1u) * ${side}u + id.y) * ${runs}u + id.x] = u32(luma_0 + luma_1 + luma_2 + luma_3);
#endif
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
