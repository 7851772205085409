/**
 * Stops an f32 training at the first step whose gradients are not finite: from then on no step is taken, so that the
 * weights stay as they were at that step, and the host can search for the layer that failed. One thread.
 */
import { type KernelSource, wgsl } from "./lib/source.ts";

export interface FiniteGuardOptions {
  /** The scalar that holds the step's number. */
  readonly slot: number;
}

export function finiteGuard({ slot }: FiniteGuardOptions): KernelSource {
  const code = wgsl`
@group(0) @binding(0) var<storage, read> clip: array<vec2f>; // (norm, factor)
@group(0) @binding(1) var<storage, read> scalars: array<f32>;
@group(0) @binding(2) var<storage, read_write> halted: array<f32>; // [1], the step that failed, or 0
@group(0) @binding(3) var<storage, read_write> taken: array<vec2f>; // (1 if the step is taken, steps taken with it)

@compute @workgroup_size(1)
fn main() {
  let is_finite = (bitcast<u32>(clip[0].x) & 0x7f800000u) != 0x7f800000u;
  if (!is_finite && halted[0] == 0.0) { halted[0] = scalars[${slot}]; }
  taken[0] = vec2f(select(0.0, 1.0, halted[0] == 0.0), scalars[${slot}]);
}`;
  return { code, workgroups: [1, 1, 1] };
}
