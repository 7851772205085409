/**
 * Convolution as an implicit matrix product, channels last: forward, and dgrad as a forward over dy.
 *
 *   y[n, p, q, k] = bias[k] + sum over taps (i, j) and channels c of
 *                   x[n, p * stride + start + i, q * stride + start + j, c] * w[tap(i, j), c, k]
 *
 * A thread owns one pixel of 8 neighbouring images and 8 neighbouring channels k, in named registers. As the images
 * share the pixel, a tap lies inside x for all of them or for none, and is skipped or summed without a test at each
 * value. Lanes run along k, so that a workgroup reads neighbouring weights and all its lanes the same pixels. There
 * is no workgroup memory and no barrier: on software adapters both cost more than they save.
 *
 * Up to 64 channels of a tap are summed by themselves before they go to the total: one sum over thousands of
 * products would lose twice the digits that PyTorch's does.
 *
 * y may be a sub-grid of a larger image (every `spacing`-th pixel from `offset`): a strided dgrad is one such
 * product for each parity of the pixel, without the zeros in between.
 */
import { element4, type ElementType, type KernelSource, unroll, wgsl } from "./lib/source.ts";

/** How one axis, rows or columns, of the product is laid out. */
export interface GemmAxis {
  /** Pixels of x, of the sub-grid of y, and of the image that holds y. */
  readonly input: number;
  readonly output: number;
  readonly image: number;
  /** Taps along this axis, and where the first lies in x for the first pixel of y. */
  readonly taps: number;
  readonly start: number;
  /** Pixels of x from one pixel of y to the next. */
  readonly stride: number;
  /** Where the sub-grid lies in its image: pixel = offset + i * spacing. */
  readonly offset: number;
  readonly spacing: number;
  /** Which of the filter's `size` taps these are: tap = first + i * every. */
  readonly first: number;
  readonly every: number;
  readonly size: number;
}

export interface GemmOptions {
  readonly type: ElementType;
  /** Images; not part of the code, so that batches of all sizes share it. */
  readonly batch: number;
  readonly rows: GemmAxis;
  readonly cols: GemmAxis;
  /** Channels of x and of y, multiples of 4. */
  readonly channels: number;
  readonly outputs: number;
  readonly bias: boolean;
}

/** Images a thread, and vectors of four channels k a thread. */
const TILE_N = 8, TILE_K = 2;
/** Lanes of a workgroup along k, and along images and pixels. */
const LANES = 8;
/** Vectors of four channels c that are summed by themselves. */
const BLOCK = 16;

export function implicitGemm(o: GemmOptions): KernelSource {
  const { rows, cols } = o;
  const pixels = rows.output * cols.output;
  const c4 = o.channels / 4, k4 = o.outputs / 4;
  const blocks = Math.ceil(c4 / BLOCK), isLooped = c4 > 1;
  const eachImage = (text: (n: number) => string) => unroll(TILE_N, text);
  const eachSum = (text: (n: number, j: number) => string) =>
    eachImage((n) => unroll(TILE_K, (j) => text(n, j)));
  const channelStep = (sum: string) => `
    ${eachImage((n) => `let x${n} = load4(x[image${n} + at]);`)}
    ${
    unroll(4, (d) => `
    ${unroll(TILE_K, (j) => `let w${d}_${j} = load4(w[weights + ${d * k4 + j}]);`)}
    ${eachSum((n, j) => `${sum}${n}_${j} = fma(vec4f(x${n}[${d}]), w${d}_${j}, ${sum}${n}_${j});`)}`)
  }`;

  const code = wgsl`
${element4(o.type)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H, W, C / 4]
@group(0) @binding(1) var<storage, read> w: array<Element4>; // [R, S, C, K / 4]
@group(0) @binding(2) var<storage, read_write> y: array<Element4>; // [N, P, Q, K / 4]
#if ${o.bias}
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [K / 4]
#endif

fn image_count() -> u32 { return arrayLength(&y) / ${rows.image * cols.image * k4}u; }

fn store(image: u32, pixel: u32, k: u32, sum: vec4f) {
  if (image >= image_count() || k >= ${k4}u) { return; }
  let at = (image * ${rows.image * cols.image}u + pixel) * ${k4}u + k;
#if ${o.bias}
  y[at] = store4(sum + bias[k]);
#else
  y[at] = store4(sum);
#endif
}

@compute @workgroup_size(${LANES}, ${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x * ${TILE_K}u;
  let tiles = (image_count() + ${TILE_N - 1}u) / ${TILE_N}u;
  let place = id.y / tiles;
  if (place >= ${pixels}u || k >= ${k4}u) { return; }
  let p = place / ${cols.output}u;
  let q = place % ${cols.output}u;
  let top = i32(p) * ${rows.stride} + ${rows.start};
  let left = i32(q) * ${cols.stride} + ${cols.start};
  let first = id.y % tiles * ${TILE_N}u;
  let last = image_count() - 1u;
  ${eachImage((n) => `let image${n} = i32(min(first + ${n}u, last)) * ${rows.input * cols.input * c4};`)}
  ${eachSum((n, j) => `var total${n}_${j} = vec4f();`)}
  for (var block = 0; block < ${rows.taps * cols.taps * blocks}; block++) {
    let i = block / ${Math.max(1, cols.taps * blocks)};
    let j = block / ${blocks} % ${Math.max(1, cols.taps)};
    let h = top + i;
    let v = left + j;
    if (u32(h) >= ${rows.input}u || u32(v) >= ${cols.input}u) { continue; }
    let c = block % ${blocks} * ${BLOCK};
    var at = (h * ${cols.input} + v) * ${c4} + c;
    let tap = (${rows.first} + i * ${rows.every}) * ${cols.size} + ${cols.first} + j * ${cols.every};
    var weights = (tap * ${o.channels} + c * 4) * ${k4} + i32(k);
#if ${isLooped}
    ${eachSum((n, j) => `var sum${n}_${j} = vec4f();`)}
    for (let end = at + min(${BLOCK}, ${c4} - c); at < end; at++) {
      ${channelStep("sum")}
      weights += ${4 * k4};
    }
    ${eachSum((n, j) => `total${n}_${j} += sum${n}_${j};`)}
#else
    ${channelStep("total")}
#endif
  }
  let pixel = (p * ${rows.spacing}u + ${rows.offset}u) * ${cols.image}u + q * ${cols.spacing}u + ${cols.offset}u;
  ${eachSum((n, j) => `store(first + ${n}u, pixel, k + ${j}u, total${n}_${j});`)}
}`;
  const threads = Math.ceil(o.batch / TILE_N) * pixels;
  return { code, workgroups: [Math.ceil(k4 / (TILE_K * LANES)), Math.ceil(threads / LANES), 1] };
}
