/** y = f(x) for an activation f. A thread handles four adjacent elements. */
import { type Activation, activation } from "./lib/activation.ts";
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  wgsl,
} from "./lib/source.ts";

export interface ActivationOptions {
  readonly type: ElementType;
  /** Elements; not part of the code. */
  readonly count: number;
  readonly kind: Activation;
}

export function activationForward({ type, count, kind }: ActivationOptions): KernelSource {
  const code = wgsl`
${element4(type)}
${linearIndex}
${activation(kind)}
@group(0) @binding(0) var<storage, read> x: array<Element4>;
@group(0) @binding(1) var<storage, read_write> y: array<Element4>;

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&y)) { return; }
  y[i] = store4(activated(load4(x[i])));
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
