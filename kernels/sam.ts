/**
 * The kernels of sharpness-aware minimisation (src/optim/sam.ts), in all of which a thread handles four adjacent
 * elements.
 */
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export interface SamOptions {
  readonly count: number;
}

/** weighted = |values| * gradients, whose norm the adaptive variant divides by. */
export function samWeigh({ count }: SamOptions): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> values: array<vec4f>;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> weighted: array<vec4f>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i < ${count / 4}u) { weighted[i] = abs(values[i]) * gradients[i]; }
}`;
  return { code, workgroups: linearGrid(count / 4) };
}

export interface ClimbOptions extends SamOptions {
  readonly rho: number;
  readonly adaptive: boolean;
}

/**
 * values += rho * gradients / (norm + 1e-12), times values^2 in the adaptive variant. Where the norm is not finite,
 * the values stay as they are.
 */
export function samClimb({ count, rho, adaptive }: ClimbOptions): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> norm: array<vec2f>; // (norm, 1 / the scale of the gradients)
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> values: array<vec4f>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= ${count / 4}u) { return; }
  let first = norm[0];
  if ((bitcast<u32>(first.x) & 0x7f800000u) == 0x7f800000u) { return; }
  let p = values[i];
  let g = gradients[i]${adaptive ? " * (p * p)" : ""};
  values[i] = p + g * (${rho} * first.y / (first.x + 1e-12));
}`;
  return { code, workgroups: linearGrid(count / 4) };
}

/** Where the norm of the first gradients is not finite, the second ones become that norm, so that no step is taken. */
export function samTaint({ count }: SamOptions): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> norm: array<vec2f>; // (norm of the first gradients, -)
@group(0) @binding(1) var<storage, read_write> gradients: array<vec4f>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= ${count / 4}u) { return; }
  let first = norm[0].x;
  if ((bitcast<u32>(first) & 0x7f800000u) == 0x7f800000u) { gradients[i] = vec4f(first); }
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
