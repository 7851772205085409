/**
 * Blends each pixel with the rounded mean of 3 x 3 pixels, in which it counts 5 of 13 itself, by one multiply-add;
 * the outermost pixels remain: torchvision's adjust_sharpness. A thread goes down four adjacent pixels of eight
 * rows, so that it reads a row once; it adds up red and blue as one number, of which each has half the bits.
 *
 * Job: 0 source, 1 target, 2 the share of the mean, which is negative to sharpen.
 */
import { jobList, type Jobs, loadJob, number, pitchOf, pixels, RUN, word } from "./lib/augment.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

/** Rows of a thread. */
const ROWS = 8;

export function augmentSharpen(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const pitch = pitchOf(side);
  /** WGSL: the pixels `name` of the row at `start` around the thread's own, and sums of three. */
  const readRow = (name: string) =>
    unroll(RUN + 2, (i) => `let ${name}_${i} = spread(x[start + column_${i}]);`) +
    unroll(RUN, (i) => `let ${name}_sum_${i} = ${name}_${i} + ${name}_${i + 1} + ${name}_${i + 2};`);
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read_write> x: array<u32>; // squares of [${side}, ${pitch}]

fn spread(pixel: u32) -> vec2u { return vec2u(pixel & 0xff00ffu, (pixel >> 8u) & 255u); }
fn gathered(sum: vec2u) -> vec3f {
  return vec3f(f32(i32(sum.x & 0xffffu)), f32(i32(sum.y)), f32(i32(sum.x >> 16u))); // signed: one instruction on x86
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(3)}
  let column = id.x * ${RUN}u;
  let top = id.y * ${ROWS}u;
  if (column >= ${side}u || top >= ${side}u) { return; }
  let share = ${number(2)};
  ${unroll(RUN + 2, (i) => `let column_${i} = clamp(column + ${i}u, 1u, ${side}u) - 1u;`)}
  var start = ${word(0)} + (max(top, 1u) - 1u) * ${pitch}u;
  ${readRow("above")}
  start = ${word(0)} + top * ${pitch}u;
  ${readRow("middle")}
  ${
    unroll(RUN, (i) =>
      `var sum_${i} = above_sum_${i}; var next_${i} = middle_sum_${i}; var at_${i} = middle_${i + 1};`)
  }
  for (var y = top; y < min(top + ${ROWS}u, ${side}u); y++) {
    start = ${word(0)} + min(y + 1u, ${side - 1}u) * ${pitch}u;
    ${readRow("below")}
    let to = ${word(1)} + y * ${pitch}u + column;
    let is_inner_row = y > 0u && y < ${side - 1}u;
    ${
    unroll(RUN, (i) =>
      `if (column + ${i}u < ${side}u) {
      let v = gathered(at_${i});
      let sum = gathered(sum_${i} + next_${i} + below_sum_${i} + 4u * at_${i});
      let smooth_levels = floor((sum + 6.5) * ${
        Math.fround(1 / 13)
      }); // of 13, so never close to a whole number
      let blended = floor(clamp(fma(smooth_levels - v, vec3f(share), v), vec3f(), vec3f(255.0)));
      let is_inner = is_inner_row && column + ${i}u > 0u && column + ${i}u < ${side - 1}u;
      x[to + ${i}u] = packed(vec3u(select(v, blended, is_inner)));
    }
    sum_${i} = next_${i};
    next_${i} = below_sum_${i};
    at_${i} = below_${i + 1};`)
  }
  }
}`;
  return {
    code,
    workgroups: [Math.ceil(side / (8 * RUN)), Math.ceil(side / (8 * ROWS)), list.count],
    uniform: [list.first],
  };
}
