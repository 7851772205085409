/**
 * flipped[r, s, k, c] = w[R - 1 - r, S - 1 - s, c, k]: the filter that turns dgrad into a forward product over dy.
 * A thread transposes a block of 4 channels c by 4 channels k.
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

export interface FlipOptions {
  readonly type: ElementType;
  readonly taps: number;
  readonly channels: number;
  readonly outputs: number;
}

export function conv2dFlip({ type, taps, channels, outputs }: FlipOptions): KernelSource {
  const c4 = channels / 4, k4 = outputs / 4;
  const code = wgsl`
${element4(type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> w: array<Element4>; // [R * S, C, K / 4]
@group(0) @binding(1) var<storage, read_write> flipped: array<Element4>; // [R * S, K, C / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= ${taps * c4 * k4}u) { return; }
  let k = i % ${k4}u;
  let c = i / ${k4}u % ${c4}u;
  let tap = i / ${k4 * c4}u;
  let source = (tap * ${channels}u + c * 4u) * ${k4}u + k;
  let block = transpose(mat4x4f(
    load4(w[source]),
    load4(w[source + ${k4}u]),
    load4(w[source + ${2 * k4}u]),
    load4(w[source + ${3 * k4}u]),
  ));
  let place = ((${taps - 1}u - tap) * ${outputs}u + k * 4u) * ${c4}u + c;
  flipped[place] = store4(block[0]);
  flipped[place + ${c4}u] = store4(block[1]);
  flipped[place + ${2 * c4}u] = store4(block[2]);
  flipped[place + ${3 * c4}u] = store4(block[3]);
}`;
  return { code, workgroups: linearGrid(taps * c4 * k4) };
}
