/**
 * total = gradients / batches for the first of a step's batches, total + gradients / batches for the others; the
 * scalars say which it is. A thread handles four adjacent elements.
 */
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export interface AccumulateOptions {
  readonly count: number;
  /** Batches in one step of the optimiser. */
  readonly batches: number;
  /** The scalar that holds the index of the batch within the step, from 0. */
  readonly slot: number;
}

export function accumulate({ count, batches, slot }: AccumulateOptions): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> scalars: array<f32>;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> total: array<vec4f>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&total)) { return; }
  let part = gradients[i] * ${1 / batches};
  if (scalars[${slot}] == 0.0) { total[i] = part; } else { total[i] += part; }
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
