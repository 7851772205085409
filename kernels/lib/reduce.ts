import { LINEAR } from "./source.ts";

/**
 * WGSL: sums and maxima over a workgroup of {@link LINEAR} lanes, as a tree of fixed order, so that results do not
 * depend on timing. Every lane gets the result. All lanes must call, from uniform control flow. A NaN propagates
 * through `group_sum`; `group_max` ignores it.
 */
export const groupReduce = `
var<workgroup> group_lanes: array<vec4f, ${LINEAR}>;
fn group_sum(value: vec4f, lane: u32) -> vec4f {
  group_lanes[lane] = value;
  for (var step = ${LINEAR / 2}u; step > 0u; step >>= 1u) {
    workgroupBarrier();
    if (lane < step) { group_lanes[lane] += group_lanes[lane + step]; }
  }
  workgroupBarrier();
  let total = group_lanes[0];
  workgroupBarrier();
  return total;
}
fn group_max(value: f32, lane: u32) -> f32 {
  group_lanes[lane].x = value;
  for (var step = ${LINEAR / 2}u; step > 0u; step >>= 1u) {
    workgroupBarrier();
    if (lane < step) {
      let mine = group_lanes[lane].x;
      let other = group_lanes[lane + step].x;
      group_lanes[lane].x = select(mine, other, other > mine);
    }
  }
  workgroupBarrier();
  let best = group_lanes[0].x;
  workgroupBarrier();
  return best;
}`;
