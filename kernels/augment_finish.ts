/**
 * The network's input: the last colour steps (lib/augment_color.ts), then (level / 255 - mean) / std as one fused
 * multiply-add, channels R, G, B, 0. A thread handles every eighth group of four pixels of a row.
 *
 * Job: 0 the source square, 1 the row of `images`, 2 its index in `sums` and `tables`; 12 the steps.
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
import { colorAmounts, colorFunctions, colorSteps, needsMean, stepsEnd } from "./lib/augment_color.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentFinishOptions {
  readonly jobs: Jobs;
  readonly side: number;
  readonly steps: string;
  /** 1 / (255 std) and -mean / std, for R, G, B. */
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

export function augmentFinish({ jobs, side, steps, scale, shift }: AugmentFinishOptions): KernelSource {
  const pitch = pitchOf(side);
  const vector = (values: readonly number[]) =>
    `vec3f(${values.map((value) => Math.fround(value)).join(", ")})`;
  const code = wgsl`
${jobList}
${pixels}
${colorFunctions(steps)}
@group(0) @binding(2) var<storage, read> x: array<vec4u>; // squares of [${side}, ${pitch} / 4]
#if ${needsMean(steps)}
@group(0) @binding(3) var<storage, read> sums: array<u32>; // [pictures]
#endif
#if ${steps.includes("t")}
@group(0) @binding(5) var<storage, read> tables: array<u32>; // [pictures, 3, 256]
#endif
@group(0) @binding(4) var<storage, read_write> images: array<vec4f>; // [N, ${side}, ${side}]

@compute @workgroup_size(${ROW_THREADS}, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(stepsEnd(steps))}
  if (id.y >= ${side}u) { return; }
  ${colorAmounts(steps, word(2), `${side * side}u`)}
  let source_row = ${word(0)} / 4u + id.y * ${pitch / 4}u;
  let to = (${word(1)} * ${side}u + id.y) * ${side}u;
  ${
    eachRun(
      side,
      `let four = x[source_row + column / 4u];
    ${
        unroll(RUN, (i) =>
          `var v_${i} = shades(four.${"xyzw"[i]});
    ${colorSteps(steps, `v_${i}`)}
    ${side % RUN ? `if (column + ${i}u < ${side}u)` : ""} {
      images[to + column + ${i}u] = vec4f(fma(v_${i}, ${vector(scale)}, ${vector(shift)}), 0.0);
    }`)
      }`,
    )
  }
}`;
  return { code, workgroups: rowGrid(side, jobs), uniform: [jobs.first] };
}
