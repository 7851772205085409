/** sum = a + b, or sum += a if `inPlace`: gradients of a tensor that was used twice. Four elements per thread. */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  wgsl,
} from "./lib/source.ts";

export function add(o: { type: ElementType; count: number; inPlace: boolean }): KernelSource {
  const code = wgsl`
${element4(o.type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> a: array<Element4>;
#if ${!o.inPlace}
@group(0) @binding(1) var<storage, read> b: array<Element4>;
#endif
@group(0) @binding(2) var<storage, read_write> sum: array<Element4>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&sum)) { return; }
#if ${o.inPlace}
  sum[i] = store4(load4(sum[i]) + load4(a[i]));
#else
  sum[i] = store4(load4(a[i]) + load4(b[i]));
#endif
}`;
  return { code, workgroups: linearGrid(o.count / 4) };
}
