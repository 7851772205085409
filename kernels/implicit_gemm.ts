/**
 * Convolution as an implicit matrix product, channels last: forward, and dgrad as a forward over dy.
 *
 *   y[n, p, q, k] = bias[k] + sum over taps (i, j) and channels c of
 *                   x[n, p * stride + start + i, q * stride + start + j, c] * w[tap(i, j), c, k]
 *
 * A thread owns 8 neighbouring pixels of y and 8 neighbouring channels k, in named registers; lanes run along k, so
 * that a workgroup reads neighbouring weights, and all its lanes read the same pixels. There is no workgroup memory
 * and no barrier: on software adapters both cost more than they save. Pixels outside x count as zero. One loop goes
 * over taps and channels; nested loops and arrays of registers are what compilers of WGSL handle worst.
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

/** Pixels a thread, and vectors of four channels k a thread. */
const TILE_M = 8, TILE_K = 2;
/** Lanes of a workgroup along k, and along pixels. */
const LANES = 8;

export function implicitGemm(o: GemmOptions): KernelSource {
  const { rows, cols } = o;
  const pixels = rows.output * cols.output;
  const c4 = o.channels / 4, k4 = o.outputs / 4;
  const eachPixel = (text: (m: number) => string) => unroll(TILE_M, text);
  const eachSum = (text: (m: number, j: number) => string) =>
    eachPixel((m) => unroll(TILE_K, (j) => text(m, j)));
  const channelStep = (d: number) => `
    ${unroll(TILE_K, (j) => `let w${d}_${j} = load4(w[weights + ${d * k4 + j}]);`)}
    ${eachSum((m, j) => `sum${m}_${j} = fma(vec4f(x${m}[${d}]), w${d}_${j}, sum${m}_${j});`)}`;

  const code = wgsl`
${element4(o.type)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H, W, C / 4]
@group(0) @binding(1) var<storage, read> w: array<Element4>; // [R, S, C, K / 4]
@group(0) @binding(2) var<storage, read_write> y: array<Element4>; // [N, P, Q, K / 4]
#if ${o.bias}
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [K / 4]
#endif

/** Pixels of the sub-grid over all images. */
fn pixel_count() -> u32 { return arrayLength(&y) / ${rows.image * cols.image * k4}u * ${pixels}u; }

/** Image, row and column in x of the first tap of a pixel of y. */
fn corner(pixel: u32) -> vec3i {
  let inner = pixel % ${pixels}u;
  let p = i32(inner / ${cols.output}u);
  let q = i32(inner % ${cols.output}u);
  return vec3i(i32(pixel / ${pixels}u), p * ${rows.stride} + ${rows.start}, q * ${cols.stride} + ${cols.start});
}

/** The index in x of the first channel under tap (i, j), or -1 where the tap lies outside. */
fn place(corner: vec3i, i: i32, j: i32) -> i32 {
  let h = corner.y + i;
  let v = corner.z + j;
  let inside = u32(h) < ${rows.input}u && u32(v) < ${cols.input}u;
  return select(-1, ((corner.x * ${rows.input} + h) * ${cols.input} + v) * ${c4}, inside);
}

fn pixel_value(at: i32, c: i32) -> vec4f {
  return select(vec4f(), load4(x[max(at, 0) + c]), at >= 0);
}

/** The index in w of the thread's first weight under tap (i, j). */
fn weight_place(i: i32, j: i32, k: u32) -> i32 {
  let tap = (${rows.first} + i * ${rows.every}) * ${cols.size} + ${cols.first} + j * ${cols.every};
  return tap * ${o.channels * k4} + i32(k);
}

fn store(pixel: u32, k: u32, sum: vec4f) {
  if (pixel >= pixel_count() || k >= ${k4}u) { return; }
  let inner = pixel % ${pixels}u;
  let p = (inner / ${cols.output}u) * ${rows.spacing}u + ${rows.offset}u;
  let q = (inner % ${cols.output}u) * ${cols.spacing}u + ${cols.offset}u;
  let at = (((pixel / ${pixels}u) * ${rows.image}u + p) * ${cols.image}u + q) * ${k4}u + k;
#if ${o.bias}
  y[at] = store4(sum + bias[k]);
#else
  y[at] = store4(sum);
#endif
}

@compute @workgroup_size(${LANES}, ${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x * ${TILE_K}u;
  let first = id.y * ${TILE_M}u;
  if (first >= pixel_count() || k >= ${k4}u) { return; }
  ${eachPixel((m) => `let corner${m} = corner(first + ${m}u);`)}
  ${eachPixel((m) => `var at${m} = place(corner${m}, 0, 0);`)}
  ${eachSum((m, j) => `var sum${m}_${j} = vec4f();`)}
  var weights = weight_place(0, 0, k);
  var i = 0;
  var j = 0;
  var c = 0;
  for (var step = 0; step < ${rows.taps * cols.taps * c4}; step++) {
    ${eachPixel((m) => `let x${m} = pixel_value(at${m}, c);`)}
    ${unroll(4, channelStep)}
    weights += ${4 * k4};
    c++;
    if (c == ${c4}) {
      c = 0;
      j++;
      if (j == ${cols.taps}) {
        j = 0;
        i++;
      }
      ${eachPixel((m) => `at${m} = place(corner${m}, i, j);`)}
      weights = weight_place(i, j, k);
    }
  }
  ${eachSum((m, j) => `store(first + ${m}u, k + ${j}u, sum${m}_${j});`)}
}`;
  const threads = Math.ceil(o.batch * pixels / TILE_M);
  return { code, workgroups: [Math.ceil(k4 / (TILE_K * LANES)), Math.ceil(threads / LANES), 1] };
}
