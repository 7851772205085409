/**
 * Focal loss of each row (Lin et al. 2017), where p is the label's softmax and w its class weight:
 *
 *   losses[n] = w * (1 - p)^gamma * -log p
 *
 * and statistics[n] = (max, sum of exp, slope, w), in the format of cross_entropy_forward, with slope = -d loss / d
 * log p = w * (1 - p)^gamma * (1 + gamma * p * -log p / (1 - p)).
 *
 * A workgroup handles a row, as in cross_entropy_forward. 1 - p is summed over the other classes, and for a confident
 * row -log p is its series in 1 - p, so that loss and gradient neither cancel nor divide by zero.
 */
import { type CrossEntropyOptions, crossEntropyTarget, IGNORED, rowMax } from "./cross_entropy_target.ts";
import { focus } from "./lib/focus.ts";
import { type KernelSource, LINEAR, wgsl } from "./lib/source.ts";

export interface FocalOptions extends CrossEntropyOptions {
  readonly gamma: number;
}

export function focalForward(o: FocalOptions): KernelSource {
  const code = wgsl`
${crossEntropyTarget(o)}
${rowMax}
@group(0) @binding(3) var<storage, read_write> losses: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> statistics: array<vec4f>; // [N]

${focus(o.gamma)}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  let highest = row_max(row, lane);
  var sums = vec4f(); // exponentials: all, the other classes'; of the label: logit, weight
  for (var c = lane; c < C4; c += ${LINEAR}u) {
    let z = logits_at(row, c) - highest;
    let hit = target_at(row, c);
    let of_label = select(vec4f(), z, hit == vec4f(1.0));
    let of_others = select(exp4(z), vec4f(), hit == vec4f(1.0));
    sums += vec4f(sum4(exp4(z)), sum4(of_others), sum4(of_label), dot(hit, weights_at(c)));
  }
  let total = group_sum(sums, lane);
  if (lane != 0u) { return; }
  let log_sum = log1(total.x);
  let p = exp(total.z) / total.x;
  let rest = total.y / total.x; // 1 - p
  let series = 1.0 + rest * (0.5 + rest * (0.33333333 + rest * 0.25)); // -log(1 - rest) / rest
  let is_confident = rest < 0.03125;
  let cost = select(log_sum - total.z, rest * series, is_confident); // -log p
  let ratio = select(cost / rest, series, is_confident);
  let factor = total.w * focus(rest);
  let slope = factor * (1.0 + ${o.gamma}f * p * ratio);
  let is_ignored = indices[row] == ${IGNORED}u;
  let is_bad = indices[row] >= ${o.classes}u || is_nan(total).x; // no such class, or NaN in the row
  let loss = nan_if(is_bad, factor * cost);
  losses[row] = select(loss, 0.0, is_ignored);
  statistics[row] = select(vec4f(highest, total.x, nan_if(is_bad, slope), total.w), vec4f(), is_ignored);
}`;
  return { code, workgroups: [o.rows, 1, 1] };
}
