/**
 * Affine warps of squares as torchvision's tensor backend computes them: each pixel of the result reads the picture at
 * its place under a 2x3 matrix, by the nearest pixel or between four. A thread does four neighbouring pixels of a row.
 *
 * A job: 0 source, 1 target, 2 the colour of what is not covered, 3 to 8 the rows (a, b, c) for x and y of the matrix,
 * as float32 shares of half a side.
 */
import { type Jobs, jobs, pixels, RUN, squareGrid } from "./lib/augment.ts";
import { warpFunctions } from "./lib/augment_warp.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentWarpOptions {
  readonly jobs: Jobs;
  readonly side: number;
  readonly interpolation: "nearest" | "bilinear";
}

export function augmentAffine({ jobs: list, side, interpolation }: AugmentWarpOptions): KernelSource {
  const code = wgsl`
${jobs}
${pixels}
@group(0) @binding(2) var<storage, read_write> x: array<u32>; // squares of [${side}, ${side}]
${warpFunctions(side, interpolation)}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let job = id.z;
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  let source = word(job, 0u);
  let fill = vec3f(levels(word(job, 2u)));
  let a = vec2f(number(job, 3u), number(job, 6u));
  let b = vec2f(number(job, 4u), number(job, 7u));
  let c = vec2f(number(job, 5u), number(job, 8u));
  let row = f32(id.y) + ${0.5 - side / 2};
  let to = word(job, 1u) + id.y * ${side}u + column;
  ${
    unroll(RUN, (i) =>
      `if (column + ${i}u < ${side}u) {
    let grid = (f32(column + ${i}u) + ${0.5 - side / 2}) * a + row * b + c;
    x[to + ${i}u] = sampled(source, grid, fill);
  }`)
  }
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
