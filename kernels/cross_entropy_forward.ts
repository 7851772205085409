/**
 * Cross-entropy of each row, with the factors q of cross_entropy_target:
 *
 *   losses[n] = sum over c of q[c] * (log_sum - (z[c] - max)),   log_sum = log of sum over c of exp(z[c] - max)
 *
 * and statistics[n] = (max, sum of exp, sum of q, weight), which the gradient and the mean need. The weight is that
 * of the row in the mean: with indices its class weight, with probabilities 1; 0 if the row is ignored.
 *
 * A workgroup handles a row; its lanes take every 64th vector of four columns and add up as a tree. max and log_sum
 * are kept separate, so that the small loss of a confident row is not the difference of two large numbers.
 */
import { type CrossEntropyOptions, crossEntropyTarget, IGNORED, rowMax } from "./cross_entropy_target.ts";
import { type KernelSource, LINEAR, wgsl } from "./lib/source.ts";

export function crossEntropyForward(o: CrossEntropyOptions): KernelSource {
  const isIndices = o.target === "indices";
  const code = wgsl`
${crossEntropyTarget(o)}
${rowMax}
@group(0) @binding(3) var<storage, read_write> losses: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> statistics: array<vec4f>; // [N]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  let highest = row_max(row, lane);
  var exponentials = vec4f();
  for (var c = lane; c < C4; c += ${LINEAR}u) { exponentials += exp4(logits_at(row, c) - highest); }
  let sum = sum4(group_sum(exponentials, lane));
  let log_sum = log1(sum);

  var sums = vec3f(); // loss, q, weight
  for (var c = lane; c < C4; c += ${LINEAR}u) {
    let q = factors_at(row, c);
    let terms = q * (log_sum - (logits_at(row, c) - highest));
    let counts = ${isIndices ? "weights_at(c)" : "vec4f(1.0)"};
    // A logit of -infinity costs nothing where its factor is 0.
    sums += vec3f(sum4(select(terms, vec4f(), q == vec4f())), sum4(q), dot(target_at(row, c), counts));
  }
  let total = group_sum(vec4f(sums, 0.0), lane);
  if (lane != 0u) { return; }
#if ${isIndices}
  let is_ignored = indices[row] == ${IGNORED}u;
  let loss = nan_if(indices[row] >= ${o.classes}u, total.x); // no such class
  let weight = total.z;
#else
  let is_ignored = total.z == 0.0;
  let loss = total.x;
  let weight = 1.0;
#endif
  losses[row] = select(loss, 0.0, is_ignored);
  statistics[row] = select(vec4f(highest, sum, total.y, weight), vec4f(), is_ignored);
}`;
  return { code, workgroups: [o.rows, 1, 1] };
}
