/** y = max(x, 0). A thread does four neighbouring elements. */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  wgsl,
} from "./lib/source.ts";

export function reluForward({ type, count }: { type: ElementType; count: number }): KernelSource {
  const code = wgsl`
${element4(type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> x: array<Element4>;
@group(0) @binding(1) var<storage, read_write> y: array<Element4>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&y)) { return; }
  let value = load4(x[i]);
  y[i] = store4(select(value, vec4f(), value < vec4f())); // unlike max(), this lets NaN through
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
