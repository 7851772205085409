/**
 * Focal loss of each row whose target is probabilities, with the factors q of cross_entropy_target and the softmax p:
 *
 *   losses[n] = sum over c of q[c] * (1 - p[c])^gamma * -log p[c]
 *
 * and statistics[n] = (max, others, slope, 1), where `others` is the sum of exp(z - max) over all classes except the
 * one with the largest logit z, and slope = sum over c of q[c] * -d cost[c] / d log p[c]; all 0 if the row is
 * ignored.
 *
 * A workgroup handles a row, as in cross_entropy_forward.
 */
import { crossEntropyTarget, rowMax } from "./cross_entropy_target.ts";
import type { FocalOptions } from "./focal_forward.ts";
import { focalTerms } from "./lib/focus.ts";
import { type KernelSource, LINEAR, wgsl } from "./lib/source.ts";

export function focalSoftForward(o: FocalOptions): KernelSource {
  const code = wgsl`
${crossEntropyTarget(o)}
${rowMax}
${focalTerms(o.gamma)}
@group(0) @binding(3) var<storage, read_write> losses: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> statistics: array<vec4f>; // [N]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  let highest = row_max(row, lane);
  var below = vec4f(); // exponentials of what is below the largest
  var largest = vec4f(); // classes that have it
  for (var c = lane; c < C4; c += ${LINEAR}u) {
    let z = logits_at(row, c) - highest;
    let is_largest = (z == vec4f()) & is_class(c);
    below += select(exp4(z), vec4f(), is_largest);
    largest += select(vec4f(), vec4f(1.0), is_largest);
  }
  let counted = group_sum(vec4f(sum4(below), sum4(largest), 0.0, 0.0), lane);
  let others = counted.x + (counted.y - 1.0);

  var sums = vec3f(); // loss, slope, target
  for (var c = lane; c < C4; c += ${LINEAR}u) {
    let q = factors_at(row, c);
    let terms = focal_of(logits_at(row, c) - highest, others);
    // A logit of -infinity costs nothing where its factor is 0.
    let cost = select(q * terms.cost, vec4f(), q == vec4f());
    let slope = select(q * terms.slope, vec4f(), q == vec4f());
    sums += vec3f(sum4(cost), sum4(slope), sum4(target_at(row, c)));
  }
  let total = group_sum(vec4f(sums, 0.0), lane);
  if (lane != 0u) { return; }
  let is_ignored = total.z == 0.0;
  losses[row] = select(total.x, 0.0, is_ignored);
  statistics[row] = select(vec4f(highest, others, total.y, 1.0), vec4f(), is_ignored);
}`;
  return { code, workgroups: [o.rows, 1, 1] };
}
