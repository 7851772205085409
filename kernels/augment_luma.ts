/**
 * sums[n] = sum of luma_sums[n, ...]: integers, so the order does not matter. One workgroup for each image: lanes
 * take every 64th value and add up as a tree.
 *
 * Job: 0 the index of the image.
 */
import { jobList, type Jobs, loadJob, word } from "./lib/augment.ts";
import { type KernelSource, LINEAR, wgsl } from "./lib/source.ts";

/** `count`: values of each image. */
export function augmentLuma(o: { readonly jobs: Jobs; readonly count: number }): KernelSource {
  const code = wgsl`
${jobList}
@group(0) @binding(2) var<storage, read> luma_sums: array<u32>; // [pictures, ${o.count}]
@group(0) @binding(3) var<storage, read_write> sums: array<u32>; // [pictures]
var<workgroup> lanes: array<u32, ${LINEAR}>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) id: vec3u) {
  ${loadJob(1)}
  let picture = ${word(0)};
  var sum = 0u;
  for (var i = lane; i < ${o.count}u; i += ${LINEAR}u) { sum += luma_sums[picture * ${o.count}u + i]; }
  lanes[lane] = sum;
  for (var step = ${LINEAR / 2}u; step > 0u; step >>= 1u) {
    workgroupBarrier();
    if (lane < step) { lanes[lane] += lanes[lane + step]; }
  }
  if (lane == 0u) { sums[picture] = lanes[0]; }
}`;
  return { code, workgroups: [1, 1, o.jobs.count], uniform: [o.jobs.first] };
}
