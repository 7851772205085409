/**
 * AdamW (Loshchilov & Hutter 2019) over one flat buffer, in torch.optim.AdamW's order of operations:
 *
 *   p *= 1 - lr * decay;  m = b1 * m + (1 - b1) * g;  v = b2 * v + (1 - b2) * g^2
 *   p -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)        with g = clip * gradient
 *
 * What changes from step to step lies in `scalars` and `clip`, so that a recorded step can be replayed. A thread does
 * four neighbouring elements; the first `decayed` elements are decayed. In mixed precision the first so many also
 * have f16 copies. A step that is not taken, as its gradients are not finite, changes nothing.
 * A layer may have a learning rate of its own: lr times the rate of its block, in the decay too.
 */
import { element4, type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export interface AdamwOptions {
  readonly count: number;
  /** A multiple of 4. */
  readonly decayed: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly mixed: boolean;
  /** With a learning rate for each block of {@link RATE_BLOCK} elements: the block of the first element. */
  readonly firstRate?: number | undefined;
}

/** Elements that share a learning rate: what parameters start at multiples of. */
export const RATE_BLOCK = 128;

export function adamw({ count, decayed, beta1, beta2, eps, mixed, firstRate }: AdamwOptions): KernelSource {
  const isLayered = firstRate !== undefined;
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> scalars: array<vec4f>; // (1 - lr * decay, lr / (1 - b1^t), sqrt(1 - b2^t), step is taken)
@group(0) @binding(1) var<storage, read> clip: array<vec2f>; // (norm, factor)
@group(0) @binding(2) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> values: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> second: array<vec4f>;
#if ${mixed}
${element4("f16")}
@group(0) @binding(6) var<storage, read_write> halves: array<Element4>; // the first so many values
#endif
#if ${isLayered}
@group(0) @binding(7) var<storage, read> rates: array<f32>; // what the learning rate is multiplied with, by block
fn rate_of(i: u32) -> f32 { return rates[i / ${RATE_BLOCK / 4}u + ${firstRate ?? 0}u]; }
#endif

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= ${count / 4}u) { return; }
  let step = scalars[0];
  if (step.w == 0.0) { return; }
  let g = gradients[i] * clip[0].y;
  let m = first[i] * ${beta1} + g * ${1 - beta1};
  let v = second[i] * ${beta2} + g * g * ${1 - beta2};
  first[i] = m;
  second[i] = v;
#if ${isLayered}
  let rate = rate_of(i);
  let kept = values[i] * select(1.0, 1.0 - rate * (1.0 - step.x), i < ${decayed / 4}u);
  let value = kept - rate * step.y * (m / (sqrt(v) / step.z + ${eps}));
#else
  let kept = values[i] * select(1.0, step.x, i < ${decayed / 4}u);
  let value = kept - step.y * (m / (sqrt(v) / step.z + ${eps}));
#endif
  values[i] = value;
#if ${mixed}
  if (i < arrayLength(&halves)) { halves[i] = store4(value); }
#endif
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
