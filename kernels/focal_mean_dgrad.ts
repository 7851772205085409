/**
 * dcosts[n] = dloss / divisor * r^gamma * (1 + gamma * exp(-c) * c / r), where c = costs[n] and r = 1 - exp(-c): the
 * gradient of focal_mean_forward. Ignored rows get 0. A thread handles a row. c / r is its series for a small c, so
 * that a row without cost does not divide by zero.
 */
import { IGNORED } from "./cross_entropy_target.ts";
import { focus, restOf } from "./lib/focus.ts";
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export interface FocalMeanDgradOptions {
  readonly gamma: number;
  /** Rows of the batch; not part of the code. */
  readonly rows: number;
}

export function focalMeanDgrad({ gamma, rows }: FocalMeanDgradOptions): KernelSource {
  const code = wgsl`
${linearIndex}
${focus(gamma)}
${restOf}
@group(0) @binding(0) var<storage, read> costs: array<f32>; // [N]
@group(0) @binding(1) var<storage, read> labels: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> divisor: array<f32>; // [1]
@group(0) @binding(3) var<storage, read> dloss: array<f32>; // [1]
@group(0) @binding(4) var<storage, read_write> dcosts: array<f32>; // [N]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = linear_index(id, groups);
  if (row >= arrayLength(&dcosts)) { return; }
  let cost = costs[row];
  let rest = rest_of(cost);
  let ratio = select(cost / rest, 1.0 + cost * (0.5 + cost * 0.083333333), cost < 0.03125);
  let slope = focus(rest) * (1.0 + ${gamma}f * exp(-cost) * ratio);
  dcosts[row] = select(slope * (dloss[0] / divisor[0]), 0.0, labels[row] == ${IGNORED}u);
}`;
  return { code, workgroups: linearGrid(rows) };
}
