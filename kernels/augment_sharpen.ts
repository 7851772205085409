/**
 * Blends each pixel with the rounded mean of 3 x 3 pixels, in which it counts 5 of 13 itself, by one multiply-add;
 * the outermost pixels remain: torchvision's adjust_sharpness. A thread handles four adjacent pixels of a row.
 *
 * Job: 0 source, 1 target, 2 the share of the mean, which is negative to sharpen.
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

export function augmentSharpen(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const pitch = pitchOf(side);
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read_write> x: array<u32>; // squares of [${side}, ${pitch}]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(3)}
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  let share = ${number(2)};
  let row = ${word(0)} + id.y * ${pitch}u;
  let above = ${word(0)} + max(id.y, 1u) * ${pitch}u - ${pitch}u;
  let below = ${word(0)} + min(id.y + 1u, ${side - 1}u) * ${pitch}u;
  let to = ${word(1)} + id.y * ${pitch}u + column;
  let is_inner_row = id.y > 0u && id.y < ${side - 1}u;
  ${
    unroll(RUN + 2, (i) =>
      `let at_${i} = clamp(column + ${i}u, 1u, ${side}u) - 1u;
  let middle_${i} = levels(x[row + at_${i}]);
  let sum_${i} = levels(x[above + at_${i}]) + middle_${i} + levels(x[below + at_${i}]);`)
  }
  ${
    unroll(RUN, (i) =>
      `if (column + ${i}u < ${side}u) {
    let v = vec3f(middle_${i + 1});
    let sum = vec3f(sum_${i} + sum_${i + 1} + sum_${i + 2} + 4u * middle_${i + 1});
    let smooth_levels = floor((sum + 6.5) * ${
        Math.fround(1 / 13)
      }); // of 13, so never close to a whole number
    let blended = floor(clamp(fma(smooth_levels - v, vec3f(share), v), vec3f(), vec3f(255.0)));
    let is_inner = is_inner_row && column + ${i}u > 0u && column + ${i}u < ${side - 1}u;
    x[to + ${i}u] = packed(vec3u(select(v, blended, is_inner)));
  }`)
  }
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
