/** y[n, p, c] = x[n, p, c] * f(v[n, c]), the end of squeeze-and-excite. A thread handles four adjacent channels. */
import { type Activation, activation } from "./lib/activation.ts";
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  uniformFields,
  wgsl,
} from "./lib/source.ts";

export interface ChannelScaleOptions {
  readonly type: ElementType;
  /** Elements that the threads write; not part of the code. */
  readonly count: number;
  /** H * W. */
  readonly pixels: number;
  readonly channels: number;
  readonly gate: Activation;
}

export function channelScale({ type, count, pixels, channels, gate }: ChannelScaleOptions): KernelSource {
  const geometry = { c4: channels / 4, pixels };
  const code = wgsl`
${element4(type)}
${linearIndex}
${activation(gate)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H * W, C / 4]
@group(0) @binding(1) var<storage, read> v: array<Element4>; // [N, C / 4]
@group(0) @binding(2) var<storage, read_write> y: array<Element4>; // [N, H * W, C / 4]
${uniformFields(3, geometry)}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&y)) { return; }
  let c4 = u32(g.c4);
  y[i] = store4(load4(x[i]) * activated(load4(v[i / (u32(g.pixels) * c4) * c4 + i % c4])));
}`;
  return { code, workgroups: linearGrid(count / 4), uniform: Object.values(geometry) };
}
