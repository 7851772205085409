/**
 * Applies colour steps (lib/augment_color.ts) to squares, which may replace themselves, and, sums the result's luma where it is asked for for the
 * following contrast step. A thread handles every eighth group of four pixels of a row.
 *
 * Job: 0 source, 1 target, 2 the image's index in `sums`, `luma_sums` and `tables`; 12 the steps.
 */
import {
  eachRun,
  jobList,
  type Jobs,
  loadJob,
  pitchOf,
  pixels,
  ROW_THREADS,
  rowGrid,
  RUN,
  word,
} from "./lib/augment.ts";
import {
  colorAmounts,
  colorFunctions,
  colorSteps,
  type Luma,
  needsMean,
  stepsEnd,
} from "./lib/augment_color.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentColorOptions {
  readonly jobs: Jobs;
  readonly side: number;
  readonly steps: string;
  /** What is summed over the result, if anything is. */
  readonly luma?: Luma | undefined;
}

export function augmentColor({ jobs, side, steps, luma }: AugmentColorOptions): KernelSource {
  const pitch = pitchOf(side);
  const four = [0, 1, 2, 3].map((i) => `packed_shades(v_${i})`);
  const code = wgsl`
${jobList}
${pixels}
${colorFunctions(steps, luma)}
@group(0) @binding(2) var<storage, read_write> x: array<vec4u>; // squares of [${side}, ${pitch} / 4]
#if ${needsMean(steps)}
@group(0) @binding(3) var<storage, read> sums: array<u32>; // [pictures]
#endif
#if ${steps.includes("t")}
@group(0) @binding(5) var<storage, read> tables: array<u32>; // [pictures, 3, 256]
#endif
#if ${luma !== undefined}
@group(0) @binding(4) var<storage, read_write> luma_sums: array<u32>; // [pictures, ${side}, ${ROW_THREADS}]
#endif

@compute @workgroup_size(${ROW_THREADS}, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(stepsEnd(steps))}
  if (id.y >= ${side}u) { return; }
  ${colorAmounts(steps, word(2), `${side * side}u`)}
  let source_row = ${word(0)} / 4u + id.y * ${pitch / 4}u;
  let target_row = ${word(1)} / 4u + id.y * ${pitch / 4}u;
#if ${luma !== undefined}
  var sum = 0.0;
#endif
  ${
    eachRun(
      side,
      `let four = x[source_row + column / 4u];
    ${
        unroll(RUN, (i) =>
          `var v_${i} = shades(four.${"xyzw"[i]});
    ${colorSteps(steps, `v_${i}`)}
    ${luma ? `sum += select(0.0, ${luma}(v_${i}), column + ${i}u < ${side}u);` : ""}`)
      }
    x[target_row + column / 4u] = vec4u(${four.join(", ")});`,
    )
  }
#if ${luma !== undefined}
  luma_sums[(${word(2)} * ${side}u + id.y) * ${ROW_THREADS}u + id.x] = u32(sum);
#endif
}`;
  return { code, workgroups: rowGrid(side, jobs), uniform: [jobs.first] };
}
