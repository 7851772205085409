/**
 * average = d * average + (1 - d) * x over flat buffers, d from the step's scalars. A thread handles four elements.
 */
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export interface EmaOptions {
  /** Elements of x, a multiple of 4. */
  readonly count: number;
  /** Index of d in the scalars. */
  readonly slot: number;
}

export function ema({ count, slot }: EmaOptions): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> scalars: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> average: array<vec4f>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&average)) { return; }
  average[i] = fma(x[i] - average[i], vec4f(1.0 - scalars[${slot}]), average[i]);
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
