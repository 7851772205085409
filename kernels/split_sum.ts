/**
 * sum[i] = partial[0, i] + partial[1, i] + ..., in this order: the second half of a split reduction. Four per thread.
 */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  wgsl,
} from "./lib/source.ts";

export function splitSum({ type, count }: { type: ElementType; count: number }): KernelSource {
  const code = wgsl`
${element4(type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> partial: array<vec4f>; // [slices, count / 4]
@group(0) @binding(1) var<storage, read_write> sum: array<Element4>; // [count / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  let count = arrayLength(&sum);
  if (i >= count) { return; }
  var total = vec4f();
  for (var at = i; at < arrayLength(&partial); at += count) { total += partial[at]; }
  sum[i] = store4(total);
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
