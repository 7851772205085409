/**
 * In training dx = weight * inv_std * (dy - mean(dy) - xhat * mean(dy * xhat)), the means being dbias / rows and
 * dweight / rows; in evaluation the statistics are constants and dx = weight * inv_std * dy.
 * A thread does four neighbouring elements.
 */
import { type ApplyOptions, inverseDeviation } from "./batch_norm_apply.ts";
import { element4, type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export function batchNormDgrad(o: ApplyOptions): KernelSource {
  const code = wgsl`
${element4(o.type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> dy: array<Element4>; // [rows, C / 4]
@group(0) @binding(1) var<storage, read> spread: array<vec4f>; // [C / 4]
@group(0) @binding(2) var<storage, read> weight: array<vec4f>; // [C / 4]
#if ${!o.variance}
@group(0) @binding(3) var<storage, read> x: array<Element4>; // [rows, C / 4]
@group(0) @binding(4) var<storage, read> mean: array<vec4f>; // [C / 4]
@group(0) @binding(5) var<storage, read> dweight: array<vec4f>; // [C / 4]
@group(0) @binding(6) var<storage, read> dbias: array<vec4f>; // [C / 4]
#endif
@group(0) @binding(7) var<storage, read_write> dx: array<Element4>; // [rows, C / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&dx)) { return; }
  let c = i % ${o.channels / 4}u;
  let inv_std = ${inverseDeviation(o)};
  var gradient = load4(dy[i]);
#if ${!o.variance}
  let rows = f32(arrayLength(&dx) / ${o.channels / 4}u);
  let xhat = (load4(x[i]) - mean[c]) * inv_std;
  gradient -= (dbias[c] + xhat * dweight[c]) / rows;
#endif
  dx[i] = store4(weight[c] * inv_std * gradient);
}`;
  return { code, workgroups: linearGrid(o.count / 4) };
}
