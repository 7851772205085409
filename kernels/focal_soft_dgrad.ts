/**
 * dlogits[n, c] = dloss / divisor * (slope[n] * softmax(logits)[n, c] - q[c] * slope[c]): the gradient of the mean of
 * focal_soft_forward, where slope[c] = -d cost[c] / d log p[c] and slope[n] is its sum with the factors q. Ignored
 * rows and padded columns get 0. A thread handles four adjacent columns of one row.
 */
import { crossEntropyTarget } from "./cross_entropy_target.ts";
import type { FocalOptions } from "./focal_forward.ts";
import { focalTerms } from "./lib/focus.ts";
import { nanSafe } from "./lib/nan.ts";
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export function focalSoftDgrad(o: FocalOptions): KernelSource {
  const code = wgsl`
${linearIndex}
${crossEntropyTarget(o)}
${nanSafe}
${focalTerms(o.gamma)}
@group(0) @binding(3) var<storage, read> statistics: array<vec4f>; // [N]
@group(0) @binding(4) var<storage, read> divisor: array<f32>; // [1]
@group(0) @binding(5) var<storage, read> dloss: array<f32>; // [1]
@group(0) @binding(6) var<storage, read_write> dlogits: array<Element4>; // [N, columns / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linear_index(id, groups);
  if (at >= arrayLength(&dlogits)) { return; }
  let row = at / C4;
  let c = at % C4;
  let highest = statistics[row].x;
  let others = statistics[row].y;
  let slope = statistics[row].z;
  let z = logits_at(row, c) - highest;
  let p = exp(z) / (1.0 + others);
  let q = factors_at(row, c);
  let own = select(q * focal_of(z, others).slope, vec4f(), q == vec4f());
  let gradient = (slope * p - own) * (dloss[0] / divisor[0]);
  dlogits[at] = store4(select(vec4f(), gradient, vec4<bool>(slope != 0.0)));
}`;
  return { code, workgroups: linearGrid(o.rows * o.columns / 4) };
}
