/** dx = dy where y > 0, else 0: the gradient of max(., 0). A thread handles four adjacent elements. */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  wgsl,
} from "./lib/source.ts";

export function reluDgrad({ type, count }: { type: ElementType; count: number }): KernelSource {
  const code = wgsl`
${element4(type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> y: array<Element4>;
@group(0) @binding(1) var<storage, read> dy: array<Element4>;
@group(0) @binding(2) var<storage, read_write> dx: array<Element4>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&dx)) { return; }
  dx[i] = keep4(dy[i], load4(y[i]) > vec4f());
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
