/** y = x, 16 bytes a thread: how many bytes the adapter moves a second, read and written. */
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

/** `bytes` of x, a multiple of 16. */
export function probeCopy({ bytes }: { bytes: number }): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&y)) { return; }
  y[i] = x[i];
}`;
  return { code, workgroups: linearGrid(bytes / 16) };
}
