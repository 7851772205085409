/**
 * dx[n, h, w, c] = sum of dy[n, p, q, c] over the windows (p, q) that contain the pixel and whose maximum it is. A
 * thread gathers four adjacent channels of a block of stride x stride pixels: all of them are in the same ceil(kernel
 * / stride) windows along each axis, which it loads once and adds in a fixed order, without atomics.
 */
import { operand, TEXEL_ROW } from "./lib/operand.ts";
import { range } from "./lib/span.ts";
import { element4, type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";
import { eachPair, type MaxPoolOptions } from "./max_pool_forward.ts";

export function maxPoolDgrad(o: MaxPoolOptions): KernelSource {
  const [h, w] = o.input, [p, q] = o.output;
  const c4 = o.channels / 4;
  const blocks = [h, w].map((size) => Math.ceil((size + o.padding) / o.stride));
  const windows = range(Math.ceil(o.kernel / o.stride));
  const code = wgsl`
${element4(o.type)}
${linearIndex}
${operand("dy", 0, o.type, o.operands)} // [N, P, Q, C / 4]
@group(0) @binding(1) var<storage, read> taps: array<u32>; // [N, P, Q, C / 4]
@group(0) @binding(2) var<storage, read_write> dx: array<Element4>; // [N, H, W, C / 4]

/** The taps that four channels of a window took their maxima from; none where the window is outside. */
fn winners(is_window: bool, window: u32) -> vec4u {
  return select(vec4u(256), (vec4u(taps[window]) >> vec4u(0, 8, 16, 24)) & vec4u(255), is_window);
}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linear_index(id, groups);
  let c = at % ${c4}u;
  let b = i32(at / ${c4}u % ${blocks[1]}u);
  let a = i32(at / ${c4 * blocks[1]}u % ${blocks[0]}u);
  let image = i32(at / ${c4 * blocks[0] * blocks[1]}u);
  if (u32(image) >= arrayLength(&dx) / ${h * w * c4}u) { return; }
  ${
    eachPair(windows, (u, v) => `
  let is_window${u}_${v} = a >= ${u} && a < ${p + u} && b >= ${v} && b < ${q + v};
  let window${u}_${v} = u32(select(0, (image * ${p} + a - ${u}) * ${q} + b - ${v}, is_window${u}_${v})) * ${c4}u + c;
  let dy${u}_${v} = dy_at(i32(window${u}_${v}));
  let winners${u}_${v} = winners(is_window${u}_${v}, window${u}_${v});`)
  }
  let row = a * ${o.stride} - ${o.padding};
  let column = b * ${o.stride} - ${o.padding};
  ${
    eachPair(range(o.stride), (i, j) => `
  if (row + ${i} >= 0 && row + ${i} < ${h} && column + ${j} >= 0 && column + ${j} < ${w}) {
    var sum = vec4f();
    ${
      eachPair(windows, (u, v) => {
        const [y, x] = [i + u * o.stride, j + v * o.stride];
        if (y >= o.kernel || x >= o.kernel) return "";
        return `sum += select(vec4f(), dy${u}_${v}, winners${u}_${v} == vec4u(${y * o.kernel + x}));`;
      })
    }
    dx[u32((image * ${h} + row + ${i}) * ${w} + column + ${j}) * ${c4}u + c] = store4(sum);
  }`)
  }
}`;
  return {
    code,
    workgroups: linearGrid(o.count / (h * w * o.channels) * blocks[0] * blocks[1] * c4),
    texelRow: TEXEL_ROW,
  };
}
