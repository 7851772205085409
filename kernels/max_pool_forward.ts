/**
 * y[n, p, q, c] = max over the taps (i, j) of x[n, p * stride - padding + i, q * stride - padding + j, c], and the
 * tap i * kernel + j that it came from: of equal ones the first in row order; a NaN wins, as in PyTorch.
 * A thread does four neighbouring channels; the taps of four channels lie in the bytes of one u32.
 *
 * A tap outside x is moved to the nearest pixel inside, which belongs to the same window: it is looked at twice,
 * and no infinity is needed for the padding.
 */
import { nanSafe } from "./lib/nan.ts";
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  unroll,
  wgsl,
} from "./lib/source.ts";

export interface MaxPoolOptions {
  readonly type: ElementType;
  /** Elements of the tensor that is written; not part of the code. */
  readonly count: number;
  /** Rows and columns of x and of y. */
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

export function maxPoolForward(o: MaxPoolOptions): KernelSource {
  const [h, w] = o.input, [p, q] = o.output;
  const c4 = o.channels / 4;
  const code = wgsl`
${element4(o.type)}
${linearIndex}
${nanSafe}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H, W, C / 4]
@group(0) @binding(1) var<storage, read_write> y: array<Element4>; // [N, P, Q, C / 4]
@group(0) @binding(2) var<storage, read_write> taps: array<u32>; // [N, P, Q, C / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linear_index(id, groups);
  if (at >= arrayLength(&y)) { return; }
  let c = at % ${c4}u;
  let column = at / ${c4}u % ${q}u;
  let row = at / ${c4 * q}u % ${p}u;
  let image = i32(at / ${c4 * q * p}u) * ${h};
  let top = i32(row) * ${o.stride} - ${o.padding};
  let left = i32(column) * ${o.stride} - ${o.padding};
  var best = vec4f();
  var best_tap = vec4u();
  ${
    unroll(o.kernel ** 2, (tap) =>
      `{
    let i = clamp(top + ${Math.floor(tap / o.kernel)}, 0, ${h - 1});
    let j = clamp(left + ${tap % o.kernel}, 0, ${w - 1});
    let value = load4(x[u32((image + i) * ${w} + j) * ${c4}u + c]);
    let tap = u32((i - top) * ${o.kernel} + j - left);
    let is_better = ${tap === 0 ? "vec4<bool>(true)" : "(value > best) | is_nan(value)"};
    best = select(best, value, is_better);
    best_tap = select(best_tap, vec4u(tap), is_better);
  }`)
  }
  y[at] = store4(best);
  taps[at] = best_tap.x | (best_tap.y << 8u) | (best_tap.z << 16u) | (best_tap.w << 24u);
}`;
  return { code, workgroups: linearGrid(o.count / 4) };
}
