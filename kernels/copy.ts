/** y = x. A thread handles four adjacent elements. */
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export function copy({ count }: { count: number }): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i < ${count / 4}u) { y[i] = x[i]; }
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
