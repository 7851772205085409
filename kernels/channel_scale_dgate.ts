/**
 * dv[n, c] = f'(v[n, c]) * sum over the pixels p of dy[n, p, c] * x[n, p, c]: the gradient of what scales the channels.
 * A thread sums four adjacent channels of one image, in blocks of eight pixels.
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
  unroll,
  wgsl,
} from "./lib/source.ts";

/** Pixels of a block. */
const BLOCK = 8;

export function channelScaleDgate(
  { type, count, pixels, channels, gate }: ChannelScaleOptions,
): KernelSource {
  const geometry = { c4: channels / 4, pixels };
  const code = wgsl`
${element4(type)}
${linearIndex}
${activation(gate)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H * W, C / 4]
@group(0) @binding(1) var<storage, read> dy: array<Element4>; // [N, H * W, C / 4]
@group(0) @binding(2) var<storage, read> v: array<Element4>; // [N, C / 4]
@group(0) @binding(3) var<storage, read_write> dv: array<Element4>; // [N, C / 4]
${uniformFields(4, geometry)}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&dv)) { return; }
  let c4 = u32(g.c4);
  let pixels = u32(g.pixels);
  let start = i / c4 * pixels * c4 + i % c4;
  let blocks = pixels / ${BLOCK}u;
  var total = vec4f();
  var at = start;
  for (var block = 0u; block < blocks; block++) {
    var sum = vec4f();
    ${unroll(BLOCK, () => `sum = fma(load4(x[at]), load4(dy[at]), sum); at += c4;`)}
    total += sum;
  }
  for (var pixel = blocks * ${BLOCK}u; pixel < pixels; pixel++) {
    total = fma(load4(x[at]), load4(dy[at]), total);
    at += c4;
  }
  dv[i] = store4(graded(total, load4(v[i])));
}`;
  return { code, workgroups: linearGrid(count / 4), uniform: Object.values(geometry) };
}
