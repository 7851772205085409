/**
 * Convolution as an implicit matrix product, channels last: forward, and dgrad as a forward over dy.
 *
 *   y[n, p, q, k] = bias[k] + sum over taps (i, j) and channels c of
 *                   x[n, p * stride + row + i * step, q * stride + col + j * step, c] * w[tap(i, j), c, k]
 *
 * A thread owns TILE_M neighbouring pixels of y and 8 neighbouring channels k, in named registers; lanes run along
 * k, so that a workgroup reads neighbouring weights, and all its lanes read the same pixels. There is no workgroup
 * memory and no barrier: on software adapters both cost more than they save. Pixels outside x count as zero.
 * y may be a sub-grid of a larger image (every `stride`-th pixel from an offset): a strided dgrad is one such
 * product for each parity of the pixel.
 */
import { element4, type ElementType, type KernelSource, unroll, wgsl } from "./lib/source.ts";

/** Pixels of y a thread. */
const TILE_M = 8;
/** Channels k a thread, in vectors of four. */
const TILE_K = 2;
/** Lanes of a workgroup along k, and along pixels. */
const LANES = 8;

/** How one axis (rows or columns) of the product is laid out. */
export interface GemmAxis {
  /** Pixels of x, of the sub-grid of y, and of the image that y is part of. */
  readonly input: number;
  readonly output: number;
  readonly image: number;
  /** Taps along this axis; the first tap's place relative to the pixel, and the way to the next: +1 or -1. */
  readonly taps: number;
  readonly start: number;
  readonly step: number;
  /** Pixels of x from one pixel of y to the next. */
  readonly stride: number;
  /** Where the sub-grid of y lies in its image: pixel = offset + i * spacing. */
  readonly offset: number;
  readonly spacing: number;
  /** Which of the filter's taps these are: tap = first + i * every, of `size`. */
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

export function implicitGemm(o: GemmOptions): KernelSource {
  const { rows, cols } = o;
  const pixels = rows.output * cols.output;
  const c4 = o.channels / 4, k4 = o.outputs / 4;
  const wide = o.channels % 8 === 0 ? 2 : 1;
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

/** The n, row and column in x of the first tap of a pixel of y. */
fn corner(pixel: u32) -> vec3i {
  let inner = pixel % ${pixels}u;
  let p = i32(inner / ${cols.output}u);
  let q = i32(inner % ${cols.output}u);
  return vec3i(i32(pixel / ${pixels}u), p * ${rows.stride} + ${rows.start}, q * ${cols.stride} + ${cols.start});
}

/** The index in x of a pixel's first channel, or -1 where the tap lies outside. */
fn tap_index(corner: vec3i, tap: vec2i) -> i32 {
  let h = corner.y + tap.x;
  let v = corner.z + tap.y;
  let inside = u32(h) < ${rows.input}u && u32(v) < ${cols.input}u;
  return select(-1, ((corner.x * ${rows.input} + h) * ${cols.input} + v) * ${c4}, inside);
}

fn value(index: i32, c: i32) -> vec4f {
  return select(vec4f(), load4(x[max(index, 0) + c]), index >= 0);
}

fn store(pixel: u32, k: u32, acc: vec4f) {
  if (pixel >= pixel_count() || k >= ${k4}u) { return; }
  let inner = pixel % ${pixels}u;
  let p = (inner / ${cols.output}u) * ${rows.spacing}u + ${rows.offset}u;
  let q = (inner % ${cols.output}u) * ${cols.spacing}u + ${cols.offset}u;
  let place = ((pixel / ${pixels}u) * ${rows.image}u + p) * ${cols.image}u + q;
#if ${o.bias}
  y[place * ${k4}u + k] = store4(acc + bias[k]);
#else
  y[place * ${k4}u + k] = store4(acc);
#endif
}

@compute @workgroup_size(${LANES}, ${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x * ${TILE_K}u;
  let first = id.y * ${TILE_M}u;
  if (first >= pixel_count() || k >= ${k4}u) { return; }
  ${unroll(TILE_M, (m) => `let corner${m} = corner(first + ${m}u);`)}
  ${unroll(TILE_M, (m) => unroll(TILE_K, (j) => `var acc${m}_${j} = vec4f();`))}
  var i = 0;
  var j = 0;
  var c = 0;
  ${unroll(TILE_M, (m) => `var at${m} = tap_index(corner${m}, vec2i(0));`)}
  var weights = ${(rows.first * cols.size + cols.first) * o.channels * k4} + i32(k);
  for (var step = 0; step < ${rows.taps * cols.taps * c4 / wide}; step++) {
    ${
    unroll(wide, (u) => `
    ${unroll(TILE_M, (m) => `let x${m}_${u} = value(at${m}, c + ${u});`)}
    ${
      unroll(4, (d) => `
    ${unroll(TILE_K, (j) => `let w${u}${d}_${j} = load4(w[weights + ${(u * 4 + d) * k4 + j}]);`)}
    ${
        unroll(
          TILE_M,
          (m) =>
            unroll(
              TILE_K,
              (j) => `acc${m}_${j} = fma(vec4f(x${m}_${u}[${d}]), w${u}${d}_${j}, acc${m}_${j});`,
            ),
        )
      }`)
    }`)
  }
    c += ${wide};
    weights += ${wide * 4 * k4};
    if (c == ${c4}) {
      c = 0;
      j++;
      if (j == ${cols.taps}) { j = 0; i++; }
      ${unroll(TILE_M, (m) => `at${m} = tap_index(corner${m}, vec2i(i * ${rows.step}, j * ${cols.step}));`)}
      weights = ((${rows.first} + i * ${rows.every}) * ${cols.size} + ${cols.first} + j * ${cols.every}) * ${
    o.channels * k4
  } + i32(k);
    }
  }
  ${unroll(TILE_M, (m) => unroll(TILE_K, (j) => `store(first + ${m}u, k + ${j}u, acc${m}_${j});`))}
}`;
  return {
    code,
    workgroups: [Math.ceil(k4 / (TILE_K * LANES)), Math.ceil(o.batch * pixels / (TILE_M * LANES)), 1],
  };
}
