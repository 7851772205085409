/**
 * The weight gradient of a convolution, channels last, as a matrix product whose inner axis is all pixels of dy:
 *
 *   dw[r, s, c, k] = sum over n, p, q of x[n, p * stride - padding + r, q * stride - padding + s, c] * dy[n, p, q, k]
 *
 * A thread owns 4 or 8 channels c and 8 channels k of one tap, in named registers; lanes run along k. dw is small
 * and the sum is long, so the pixels are split over the grid's z axis: each slice writes its own partial sum, and
 * split_sum adds the slices in order. The result does not depend on which slice ends first.
 */
import { element4, type ElementType, type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface WgradOptions {
  readonly type: ElementType;
  /** Images of the batch; only the number of slices follows from it. */
  readonly batch: number;
  /** Rows and columns of x, of dy and of the filter. */
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly filter: readonly [number, number];
  readonly stride: number;
  readonly padding: number;
  readonly channels: number;
  readonly outputs: number;
}

/** Vectors of four channels k a thread; lanes of a workgroup along k, and along taps and channels c. */
const TILE_K = 2, LANES = 8;

/** Vectors of four channels c a thread. */
function tileC(channels: number): number {
  return channels % 8 === 0 ? 2 : 1;
}

/** Slices of the pixels: enough threads to fill a large GPU, and at least 64 pixels a slice. */
export function wgradSlices({ batch, output, filter, channels, outputs }: WgradOptions): number {
  const threads = filter[0] * filter[1] * (channels / 4 / tileC(channels)) * Math.ceil(outputs / 4 / TILE_K);
  const pixels = batch * output[0] * output[1];
  return Math.max(1, Math.min(Math.floor(16384 / threads), Math.floor(pixels / 64)));
}

export function conv2dWgrad(o: WgradOptions): KernelSource {
  const [h, w] = o.input, [p, q] = o.output, [r, s] = o.filter;
  const c4 = o.channels / 4, k4 = o.outputs / 4, tile = tileC(o.channels);
  const blocks = r * s * c4 / tile;
  const eachSum = (text: (c: number, j: number) => string) =>
    unroll(4 * tile, (c) => unroll(TILE_K, (j) => text(c, j)));

  const code = wgsl`
${element4(o.type)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H, W, C / 4]
@group(0) @binding(1) var<storage, read> dy: array<Element4>; // [N, P, Q, K / 4]
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>; // [slices, R, S, C, K / 4]

@compute @workgroup_size(${LANES}, ${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let k = id.x * ${TILE_K}u;
  if (k >= ${k4}u || id.y >= ${blocks}u) { return; }
  let tap = id.y / ${c4 / tile}u;
  let c = (id.y % ${c4 / tile}u) * ${tile}u;
  let pixels = arrayLength(&dy) / ${k4}u;
  let slice = (pixels + groups.z - 1u) / groups.z;
  let begin = min(id.z * slice, pixels);
  let row = i32(tap / ${s}u) - ${o.padding};
  let col = i32(tap % ${s}u) - ${o.padding};
  let meets_x = row < ${h} && row >= ${-(p - 1) * o.stride} && col < ${w} && col >= ${-(q - 1) * o.stride};
  let end = select(begin, min(begin + slice, pixels), meets_x); // a tap that only ever meets padding gets zero
  var image = i32(begin / ${p * q}u) * ${h};
  var i = i32(begin % ${p * q}u / ${q}u);
  var j = i32(begin % ${q}u);
  ${eachSum((c, j) => `var sum${c}_${j} = vec4f();`)}
  for (var pixel = begin; pixel < end; pixel++) {
    let h = i * ${o.stride} + row;
    let v = j * ${o.stride} + col;
    if (u32(h) < ${h}u && u32(v) < ${w}u) {
      let at = u32((image + h) * ${w} + v) * ${c4}u + c;
      ${unroll(tile, (c) => `let x${c} = load4(x[at + ${c}u]);`)}
      ${unroll(TILE_K, (j) => `let dy${j} = load4(dy[pixel * ${k4}u + min(k + ${j}u, ${k4 - 1}u)]);`)}
      ${eachSum((c, j) => `sum${c}_${j} = fma(vec4f(x${c >> 2}[${c & 3}]), dy${j}, sum${c}_${j});`)}
    }
    j++;
    if (j == ${q}) {
      j = 0;
      i++;
      if (i == ${p}) {
        i = 0;
        image += ${h};
      }
    }
  }
  let out = ((id.z * ${r * s}u + tap) * ${o.channels}u + c * 4u) * ${k4}u + k;
  ${unroll(4 * tile, (c) => `partial[out + ${c * k4}u] = sum${c}_0;`)}
  if (k + 1u < ${k4}u) {
    ${unroll(4 * tile, (c) => `partial[out + ${c * k4 + 1}u] = sum${c}_1;`)}
  }
}`;
  const columns = Math.ceil(k4 / TILE_K);
  return { code, workgroups: [Math.ceil(columns / LANES), Math.ceil(blocks / LANES), wgradSlices(o)] };
}
