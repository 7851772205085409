/**
 * dx[n, h, w, c] = sum of dy[n, p, q, c] over the windows (p, q) that hold the pixel and took their maximum from it.
 * A thread gathers four neighbouring channels of one pixel from the at most ceil(kernel / stride) windows an axis
 * that can hold it, in a fixed order: no atomics.
 */
import { element4, type KernelSource, LINEAR, linearGrid, linearIndex, unroll, wgsl } from "./lib/source.ts";
import type { MaxPoolOptions } from "./max_pool_forward.ts";

export function maxPoolDgrad(o: MaxPoolOptions): KernelSource {
  const [h, w] = o.input, [p, q] = o.output;
  const c4 = o.channels / 4;
  const windows = Math.ceil(o.kernel / o.stride);
  const code = wgsl`
${element4(o.type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> dy: array<Element4>; // [N, P, Q, C / 4]
@group(0) @binding(1) var<storage, read> taps: array<u32>; // [N, P, Q, C / 4]
@group(0) @binding(2) var<storage, read_write> dx: array<Element4>; // [N, H, W, C / 4]

/** What window (p, q) gives to the pixel, which is its tap (i, j). */
fn share(image: i32, p: i32, q: i32, i: i32, j: i32, c: u32) -> vec4f {
  let is_tap = p >= 0 && p < ${p} && q >= 0 && q < ${q} && i < ${o.kernel} && j < ${o.kernel};
  let at = u32(select(0, (image * ${p} + p) * ${q} + q, is_tap)) * ${c4}u + c;
  let winners = (vec4u(taps[at]) >> vec4u(0, 8, 16, 24)) & vec4u(255);
  let is_winner = winners == vec4u(u32(i * ${o.kernel} + j));
  return select(vec4f(), load4(dy[at]), is_winner & vec4<bool>(is_tap));
}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linear_index(id, groups);
  if (at >= arrayLength(&dx)) { return; }
  let c = at % ${c4}u;
  let column = i32(at / ${c4}u % ${w}u) + ${o.padding};
  let row = i32(at / ${c4 * w}u % ${h}u) + ${o.padding};
  let image = i32(at / ${c4 * w * h}u);
  let p = row / ${o.stride};
  let q = column / ${o.stride};
  let i = row % ${o.stride};
  let j = column % ${o.stride};
  var sum = vec4f();
  ${
    unroll(windows ** 2, (window) => {
      const up = Math.floor(window / windows), left = window % windows;
      const tap = `i + ${up * o.stride}, j + ${left * o.stride}`;
      return `sum += share(image, p - ${up}, q - ${left}, ${tap}, c);`;
    })
  }
  dx[at] = store4(sum);
}`;
  return { code, workgroups: linearGrid(o.count / 4) };
}
