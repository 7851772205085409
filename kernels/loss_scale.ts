/**
 * The dynamic loss scale of mixed precision (torch.amp.GradScaler), entirely on the GPU: checks the gradients' norm,
 * decides whether the step is taken, and updates the scale. One thread.
 *
 * A step whose norm is not finite is skipped and halves the scale; GROWTH_INTERVAL good steps in a row double it.
 */
import { type KernelSource, wgsl } from "./lib/source.ts";

/** torch.amp.GradScaler's defaults. */
export const INITIAL_SCALE = 65536, GROWTH_INTERVAL = 2000;

export function lossScale(): KernelSource {
  const code = wgsl`
struct State { scale: f32, good: f32, taken: f32, skipped: f32, skipped_in_a_row: f32 }
@group(0) @binding(0) var<storage, read> clip: array<vec2f>; // (norm, factor)
@group(0) @binding(1) var<storage, read_write> state: array<State>;
@group(0) @binding(2) var<storage, read_write> taken: array<vec2f>; // (1 if the step is taken, steps taken with it)

@compute @workgroup_size(1)
fn main() {
  let is_finite = (bitcast<u32>(clip[0].x) & 0x7f800000u) != 0x7f800000u;
  var now = state[0];
  if (is_finite) {
    now.good += 1.0;
    now.taken += 1.0;
    now.skipped_in_a_row = 0.0;
    if (now.good == ${GROWTH_INTERVAL}.0) {
      now.good = 0.0;
      now.scale *= 2.0;
    }
  } else {
    now.good = 0.0;
    now.skipped += 1.0;
    now.skipped_in_a_row += 1.0;
    now.scale *= 0.5;
  }
  state[0] = now;
  taken[0] = vec2f(select(0.0, 1.0, is_finite), now.taken);
}`;
  return { code, workgroups: [1, 1, 1] };
}
