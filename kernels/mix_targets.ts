/**
 * probabilities[n, c] = shares[n] if c is first[n], plus 1 - shares[n] if c is second[n]. Columns beyond the classes
 * get 0, so that a row with two ignored labels is all 0. A row with any other invalid label becomes NaN. A thread
 * handles four adjacent columns of one row.
 */
import { IGNORED } from "./cross_entropy_target.ts";
import { nanSafe } from "./lib/nan.ts";
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export interface MixTargetsOptions {
  readonly classes: number;
  /** Classes, padded to a multiple of 4. */
  readonly columns: number;
  /** Rows of the batch; not part of the code. */
  readonly rows: number;
}

export function mixTargets({ classes, columns, rows }: MixTargetsOptions): KernelSource {
  const code = wgsl`
${linearIndex}
${nanSafe}
@group(0) @binding(0) var<storage, read> first: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> second: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> shares: array<f32>; // [N]
@group(0) @binding(3) var<storage, read_write> probabilities: array<vec4f>; // [N, columns / 4]

const C4 = ${columns / 4}u;
fn one_hot(label: u32, c: u32) -> vec4f {
  return select(vec4f(), vec4f(1.0), vec4u(c * 4u) + vec4u(0, 1, 2, 3) == vec4u(label));
}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linear_index(id, groups);
  if (at >= arrayLength(&probabilities)) { return; }
  let row = at / C4;
  let a = first[row];
  let b = second[row];
  let is_bad = max(a, b) >= ${classes}u && min(a, b) != ${IGNORED}u;
  let share = nan_if(is_bad, shares[row]);
  let mixed = share * one_hot(a, at % C4) + (1.0 - share) * one_hot(b, at % C4);
  probabilities[at] = select(mixed, vec4f(), min(a, b) == ${IGNORED}u);
}`;
  return { code, workgroups: linearGrid(rows * columns / 4) };
}
