/**
 * dx[n, p, c] = dy[n, p, c] * f(v[n, c]) + dpool[n, c] / pixels: of squeeze-and-excite, through the scale and through
 * the mean over the pixels that it depends on. A thread handles four adjacent channels.
 */
import type { ChannelScaleOptions } from "./channel_scale.ts";
import { activation } from "./lib/activation.ts";
import {
  element4,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  uniformFields,
  wgsl,
} from "./lib/source.ts";

export function channelScaleDgrad(
  { type, count, pixels, channels, gate }: ChannelScaleOptions,
): KernelSource {
  const geometry = { c4: channels / 4, pixels };
  const code = wgsl`
${element4(type)}
${linearIndex}
${activation(gate)}
@group(0) @binding(0) var<storage, read> dy: array<Element4>; // [N, H * W, C / 4]
@group(0) @binding(1) var<storage, read> v: array<Element4>; // [N, C / 4]
@group(0) @binding(2) var<storage, read> dpool: array<Element4>; // [N, C / 4]
@group(0) @binding(3) var<storage, read_write> dx: array<Element4>; // [N, H * W, C / 4]
${uniformFields(4, geometry)}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&dx)) { return; }
  let c4 = u32(g.c4);
  let at = i / (u32(g.pixels) * c4) * c4 + i % c4;
  dx[i] = store4(fma(load4(dy[i]), activated(load4(v[at])), load4(dpool[at]) / f32(g.pixels)));
}`;
  return { code, workgroups: linearGrid(count / 4), uniform: Object.values(geometry) };
}
