/** dx = dy * f'(x) for an activation f. A thread handles four adjacent elements. */
import type { ActivationOptions } from "./activation_forward.ts";
import { activation } from "./lib/activation.ts";
import { element4, type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export function activationDgrad({ type, count, kind }: ActivationOptions): KernelSource {
  const code = wgsl`
${element4(type)}
${linearIndex}
${activation(kind)}
@group(0) @binding(0) var<storage, read> x: array<Element4>;
@group(0) @binding(1) var<storage, read> dy: array<Element4>;
@group(0) @binding(2) var<storage, read_write> dx: array<Element4>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&dx)) { return; }
  dx[i] = store4(graded(load4(dy[i]), load4(x[i])));
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
