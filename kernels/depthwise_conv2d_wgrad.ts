/**
 * dw[i, j, c] = sum over n, p, q of x[n, p * stride - padding + i, q * stride - padding + j, c] * dy[n, p, q, c] of a
 * depthwise convolution. A thread owns four channels of the taps of one row of the filter, or of all of a small one,
 * and traverses the rows of dy of a slice in spans of adjacent pixels, whose taps share the columns of x that it
 * loads. Lanes run along channels first.
 *
 * dw is small and the sum is long: each slice writes its own partial sum, and split_sum adds the slices in order.
 */
import type { DepthwiseOptions } from "./depthwise_conv2d.ts";
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
import { range } from "./lib/span.ts";

/** Adjacent pixels of dy that a thread processes at once. */
const SPAN = 4;

/** Rows of the filter that a thread owns. */
function ownedRows({ filter: [r, s] }: DepthwiseOptions): number {
  return r * s <= 25 ? r : 1;
}

/** Slices of the rows of dy, for about `threads` threads. */
export function depthwiseSlices(o: DepthwiseOptions, threads: number): number {
  const each = o.channels / 4 * (o.filter[0] / ownedRows(o));
  return Math.max(1, Math.min(Math.floor(threads / each), o.batch * o.output[0]));
}

export function depthwiseConv2dWgrad(o: DepthwiseOptions & { readonly slices: number }): KernelSource {
  const [r, s] = o.filter, c4 = o.channels / 4, owned = ownedRows(o);
  const geometry = {
    ...{ c4, height: o.input[0], width: o.input[1], rows: o.output[0], columns: o.output[1] },
    slices: o.slices,
  };
  const columns = range((SPAN - 1) * o.stride + s).filter((column) => column % o.stride < s);
  const eachTap = (text: (i: number, j: number) => string) =>
    unroll(owned, (i) => unroll(s, (j) => text(i, j)));
  const code = wgsl`
${element4(o.type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H, W, C / 4]
@group(0) @binding(1) var<storage, read> dy: array<Element4>; // [N, P, Q, C / 4]
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>; // [slices, R, S, C / 4]
${uniformFields(3, geometry)}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let thread = i32(linear_index(id, groups));
  let c = thread % g.c4;
  let first_tap = thread / g.c4 % ${r / owned} * ${owned};
  let slice = thread / (g.c4 * ${r / owned});
  if (slice >= g.slices) { return; }
  let all = i32(arrayLength(&dy)) / (g.columns * g.c4);
  let each = (all + g.slices - 1) / g.slices;
  let end = min((slice + 1) * each, all);
  ${eachTap((i, j) => `var sum${i}_${j} = vec4f();`)}
  for (var row = slice * each; row < end; row++) {
    let top = row % g.rows * ${o.stride} - ${o.padding} + first_tap;
    let image = row / g.rows * g.height;
    for (var q = 0; q < g.columns; q += ${SPAN}) {
      let at = (row * g.columns + q) * g.c4 + c;
      ${
    unroll(SPAN, (t) => `let dy${t} = select(vec4f(), load4(dy[at + ${t} * g.c4]), q + ${t} < g.columns);`)
  }
      let left = q * ${o.stride} - ${o.padding};
      ${columns.map((m) => `let is_column${m} = u32(left + ${m}) < u32(g.width);`).join("\n")}
      ${
    unroll(owned, (i) => `
      if (u32(top + ${i}) < u32(g.height)) {
        let start = ((image + top + ${i}) * g.width + left) * g.c4 + c;
        ${
      columns.map((m) => `let x${m} = select(vec4f(), load4(x[start + ${m} * g.c4]), is_column${m});`).join(
        "\n",
      )
    }
        ${
      unroll(SPAN, (t) => unroll(s, (j) => `sum${i}_${j} = fma(x${t * o.stride + j}, dy${t}, sum${i}_${j});`))
    }
      }`)
  }
    }
  }
  let out = (slice * ${r} + first_tap) * ${s} * g.c4 + c;
  ${eachTap((i, j) => `partial[out + ${i * s + j} * g.c4] = sum${i}_${j};`)}
}`;
  return { code, workgroups: linearGrid(o.slices * (r / owned) * c4), uniform: Object.values(geometry) };
}
