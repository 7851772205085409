/**
 * The network's images: the last colour steps (lib/augment_color.ts), then (level / 255 - mean) / std as one fused
 * multiply-add, channels R, G, B, 0. A thread does four neighbouring pixels of a row.
 *
 * A job: 0 source, a square, 1 the row of `images`, 2 the place of its luma in `sums`; 16 the steps.
 */
import { type Jobs, jobs, pixels, RUN, squareGrid } from "./lib/augment.ts";
import { colorAmounts, colorFunctions, colorSteps } from "./lib/augment_color.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentFinishOptions {
  readonly jobs: Jobs;
  readonly side: number;
  readonly steps: string;
  /** 1 / (255 std) and -mean / std, of R, G, B. */
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

export function augmentFinish({ jobs: list, side, steps, scale, shift }: AugmentFinishOptions): KernelSource {
  const vector = (values: readonly number[]) =>
    `vec3f(${values.map((value) => Math.fround(value)).join(", ")})`;
  const code = wgsl`
${jobs}
${pixels}
${colorFunctions(steps)}
@group(0) @binding(2) var<storage, read> x: array<u32>; // squares of [${side}, ${side}]
#if ${steps.includes("c")}
@group(0) @binding(3) var<storage, read> sums: array<u32>; // [pictures]
#endif
@group(0) @binding(4) var<storage, read_write> images: array<vec4f>; // [N, ${side}, ${side}]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let job = id.z;
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  ${colorAmounts(steps, "sums[word(job, 2u)]", `${side * side}u`)}
  let place = id.y * ${side}u + column;
  let start = word(job, 0u) + place;
  let to = word(job, 1u) * ${side * side}u + place;
  ${
    unroll(RUN, (i) =>
      `if (column + ${i}u < ${side}u) {
    var v = vec3f(levels(x[start + ${i}u]));
    ${colorSteps(steps, "v")}
    images[to + ${i}u] = vec4f(fma(v, ${vector(scale)}, ${vector(shift)}), 0.0);
  }`)
  }
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
