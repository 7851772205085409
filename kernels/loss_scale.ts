/**
 * The dynamic loss scale of mixed precision (torch.amp.GradScaler), wholly on the GPU: looks at the gradients' norm,
 * decides whether the step is taken, and moves the scale. One thread.
 *
 * A step whose norm is not finite is skipped and halves the scale; GROWTH_INTERVAL good steps in a row double it. A
 * skipped step does not count for AdamW, so the bias corrections follow from the steps that were taken:
 * 1 - b^t = -expm1(t ln b), by its series where t ln b is small.
 */
import { type KernelSource, wgsl } from "./lib/source.ts";

/** torch.amp.GradScaler's defaults. */
export const INITIAL_SCALE = 65536, GROWTH_INTERVAL = 2000;

export interface LossScaleOptions {
  readonly beta1: number;
  readonly beta2: number;
}

export function lossScale({ beta1, beta2 }: LossScaleOptions): KernelSource {
  const code = wgsl`
struct State { scale: f32, good: f32, taken: f32, skipped: f32, skipped_in_a_row: f32 }
@group(0) @binding(0) var<storage, read> clip: array<vec2f>; // (norm, factor)
@group(0) @binding(1) var<storage, read> scalars: array<vec4f>; // (1 - lr * decay, -, -, -), (lr, ...)
@group(0) @binding(2) var<storage, read_write> state: array<State>;
@group(0) @binding(3) var<storage, read_write> step: array<vec4f>; // what AdamW reads; w is 0 if the step is skipped

fn one_minus_power(log_beta: f32, steps: f32) -> f32 {
  let x = log_beta * steps;
  let series = -x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0)))));
  return select(1.0 - exp(x), series, x > -0.3);
}

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
  let lr = scalars[1].x;
  let first = lr / one_minus_power(${Math.log(beta1)}, now.taken);
  let second = sqrt(one_minus_power(${Math.log(beta2)}, now.taken));
  step[0] = vec4f(scalars[0].x, select(0.0, first, is_finite), second, select(0.0, 1.0, is_finite));
}`;
  return { code, workgroups: [1, 1, 1] };
}
