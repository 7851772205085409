/**
 * y = (x - mean) * inv_std * weight + bias, channels last. `spread` is the inverse standard deviation of the batch,
 * or in evaluation the running variance. A thread does four neighbouring elements.
 */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  wgsl,
} from "./lib/source.ts";

export interface ApplyOptions {
  readonly type: ElementType;
  readonly count: number;
  readonly channels: number;
  readonly eps: number;
  /** Whether `spread` is a variance rather than an inverse standard deviation. */
  readonly variance: boolean;
}

/** WGSL: the inverse standard deviation of four channels from `spread`. */
export function inverseDeviation({ variance, eps }: Pick<ApplyOptions, "variance" | "eps">): string {
  return variance ? `(1.0 / sqrt(spread[c] + ${eps}))` : "spread[c]";
}

export function batchNormApply(o: ApplyOptions): KernelSource {
  const code = wgsl`
${element4(o.type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [rows, C / 4]
@group(0) @binding(1) var<storage, read> mean: array<vec4f>; // [C / 4]
@group(0) @binding(2) var<storage, read> spread: array<vec4f>; // [C / 4]
@group(0) @binding(3) var<storage, read> weight: array<vec4f>; // [C / 4]
@group(0) @binding(4) var<storage, read> bias: array<vec4f>; // [C / 4]
@group(0) @binding(5) var<storage, read_write> y: array<Element4>; // [rows, C / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&y)) { return; }
  let c = i % ${o.channels / 4}u;
  let scale = ${inverseDeviation(o)} * weight[c];
  y[i] = store4(fma(load4(x[i]) - mean[c], scale, bias[c]));
}`;
  return { code, workgroups: linearGrid(o.count / 4) };
}
