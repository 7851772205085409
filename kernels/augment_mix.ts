/**
 * The sum of squares by their shares, in float32 from the first on, truncated; it replaces the first one. A thread
 * handles four adjacent pixels of a row.
 *
 * Job: for each part, its square and its share.
 */
import {
  jobList,
  type Jobs,
  loadJob,
  number,
  pitchOf,
  pixels,
  RUN,
  squareGrid,
  word,
} from "./lib/augment.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentMixOptions {
  readonly jobs: Jobs;
  readonly side: number;
  /** Squares of a job, at most half the words of one. */
  readonly parts: number;
}

export function augmentMix({ jobs: list, side, parts }: AugmentMixOptions): KernelSource {
  const runs = pitchOf(side) / RUN;
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read_write> x: array<vec4u>; // squares of [${side}, ${runs}]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(2 * parts)}
  if (id.x >= ${runs}u || id.y >= ${side}u) { return; }
  let run = id.y * ${runs}u + id.x;
  ${unroll(RUN, (i) => `var sum_${i} = vec3f();`)}
  ${
    unroll(parts, (k) =>
      `let four_${k} = x[${word(2 * k)} / ${RUN}u + run];
  ${unroll(RUN, (i) => `sum_${i} += ${number(2 * k + 1)} * vec3f(levels(four_${k}.${"xyzw"[i]}));`)}`)
  }
  x[${word(0)} / ${RUN}u + run] = vec4u(${
    Array.from({ length: RUN }, (_, i) => `packed(vec3u(min(sum_${i}, vec3f(255.0))))`).join(", ")
  });
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
