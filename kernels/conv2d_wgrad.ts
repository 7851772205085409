/**
 * The weight gradient of a convolution, channels last, as a matrix product whose inner axis is all pixels of dy:
 *
 *   dw[r, s, c, k] = sum over n, p, q of x[n, p * stride - padding + r, q * stride - padding + s, c] * dy[n, p, q, k]
 *
 * This is the kernel for software adapters: no workgroup memory, no barriers. A thread owns all taps of a row of the
 * filter, a few vectors of four channels c and a few of channels k, in named registers; lanes run along k. It
 * traverses the rows of dy in spans of adjacent pixels (see lib/span.ts), whose taps share the columns of x that it
 * loads. Where the lanes of a subgroup can share loads, each loads an eighth of these (see lib/shared_loads.ts).
 *
 * Channels may be in groups: a thread's channels c and k are those of one group.
 *
 * dw is small and the sum is long, so the rows of dy are split over the grid's z axis: each slice writes its own
 * partial sum, and split_sum adds the slices in order. The result does not depend on which slice finishes first.
 */
import { vectorsWithin } from "./implicit_gemm.ts";
import { operand, type OperandSource, TEXEL_ROW } from "./lib/operand.ts";
import { element4, type ElementType, type KernelSource, uniformFields, unroll, wgsl } from "./lib/source.ts";
import { eachShare, shared, SHARING_LANES } from "./lib/shared_loads.ts";
import { type Spans, spansOf } from "./lib/span.ts";

export interface WgradOptions {
  readonly type: ElementType;
  /** Images in the batch; not part of the code. */
  readonly batch: number;
  /** Rows and columns of x, of dy and of the filter. */
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly filter: readonly [number, number];
  readonly stride: number;
  readonly padding: number;
  readonly channels: number;
  readonly outputs: number;
  /** Groups of channels, each with multiples of 4 of x and of dy; by default 1. dw has the c of one group. */
  readonly groups?: number;
}

/** What a thread owns, in vectors of four channels c and k, and how many pixels it processes at once. */
export interface WgradTile {
  readonly pixels: number;
  readonly inputs: number;
  readonly vectors: number;
}

/** Threads of a workgroup, and the maximum number of them along k. */
const THREADS = 16, LANES = 8;

/** Target for the total number of threads: enough for the cores of a CPU, since more would only write more slices. */
const TARGET = 1024;
/** The same for a GPU, on which narrow groups are computed in registers. */
export const GPU_TARGET = 65536;

/**
 * Slices of the rows of dy, with at least 64 pixels each. Independent of the tile, so that all tiles give the same
 * bits.
 */
export function wgradSlices(o: WgradOptions, target = TARGET): number {
  const { batch, output, filter, channels, outputs, groups = 1 } = o;
  const threads = filter[0] * Math.ceil(channels / groups / 8) * Math.ceil(outputs / 8);
  const most = Math.floor(batch * output[0] * output[1] / 64);
  return Math.max(1, Math.min(Math.floor(target / threads), most));
}

/** Tiles worth trying for a layer, most promising first. */
export function wgradTiles({ output, filter, channels, outputs, groups = 1 }: WgradOptions): WgradTile[] {
  const tile = (pixels: number, inputs: number, vectors: number): WgradTile => ({
    pixels: Math.min(pixels, output[1]),
    inputs: channels / groups / 4 % inputs === 0 ? inputs : 1,
    vectors: groups > 1 ? vectorsWithin(outputs / groups, vectors) : vectors,
  });
  // Narrow groups have few sums for a load, so more pixels share it.
  if (groups > 1) return [tile(8, 2, 2), tile(4, 2, 2)];
  return filter[1] === 1 ? [tile(4, 4, 4), tile(4, 2, 2)] : [tile(4, 2, 2), tile(2, 2, 4)];
}

/** A weight gradient in registers: its tile, and where x and dy are read from. */
export interface RegisterWgradOptions extends WgradOptions {
  readonly tile: WgradTile;
  readonly operands: OperandSource;
  /** Slices of the sum, see {@link wgradSlices}. */
  readonly slices: number;
  /** Whether the lanes of subgroups may share loads, where all of them read the same columns of x. */
  readonly sharesLoads?: boolean;
}

export function conv2dWgrad(o: RegisterWgradOptions): KernelSource {
  const [h, w] = o.input, [p, q] = o.output, [r, s] = o.filter, { inputs, vectors, pixels } = o.tile;
  const { groups = 1 } = o, c4 = o.channels / 4, k4 = o.outputs / 4, blocks = c4 / groups / inputs;
  const spans = spansOf({ input: w, output: q, stride: o.stride, start: -o.padding, taps: s }, pixels);
  const columns = columnLoads(o, spans);
  const lanes = Math.min(LANES, Math.ceil(k4 / vectors)), threads = Math.ceil(THREADS / lanes);
  const geometry = {
    rows: o.batch * p,
    h,
    w,
    p,
    q,
    r,
    stride: o.stride,
    padding: o.padding,
    c4,
    k4,
    group_c4: c4 / groups,
    group_k4: k4 / groups,
    blocks,
    spans: spans.count,
  };
  const eachSum = (text: (sum: string, s: number, c: number, j: number) => string) =>
    unroll(s, (s) => unroll(4 * inputs, (c) => unroll(vectors, (j) => text(`sum${s}_${c}_${j}`, s, c, j))));

  const code = wgsl`
${element4(o.type)}
${operand("x", 0, o.type, o.operands)} // x: [N, H, W, C / 4]
${operand("dy", 1, o.type, o.operands)} // dy: [N, P, Q, K / 4]
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>; // [slices, R, S, C / groups, K / 4]
${uniformFields(3, geometry)}

@compute @workgroup_size(${lanes}, ${threads})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let k = i32(id.x) * ${vectors};
  if (k >= g.k4 || i32(id.y) >= g.r * g.blocks) { return; }
  let i = i32(id.y) / g.blocks;
  let c = i32(id.y) % g.blocks * ${inputs};
  let group_c = k / g.group_k4 * g.group_c4; // the group's first vector of channels c
  let slice = (g.rows + i32(grid.z) - 1) / i32(grid.z);
  let begin = min(i32(id.z) * slice, g.rows);
  let end = min(begin + slice, g.rows);
  ${columns.places}
  ${spans.pixels.map((t) => `let pixel${t} = ${t} * g.k4;`).join("\n")}
  ${eachSum((sum) => `var ${sum} = vec4f();`)}
  var image = begin / g.p;
  var p = begin % g.p;
  var row = begin;
  var span = 0;
  while (row < end) {
    let v = p * g.stride + i - g.padding;
    if (u32(v) < u32(g.h)) {
      let q = span * ${pixels};
      let left = q * g.stride - g.padding;
      let at = ((image * g.h + v) * g.w + left) * g.c4 + group_c + c;
      let pixel = (row * g.q + q) * g.k4 + k;
      ${columns.load}
      ${loadPixels(o.tile, spans)}
      ${eachSum((sum, s, c, j) => sumPixels(spans, sum, s, c, j))}
      span++;
    } else {
      span = g.spans;
    }
    if (span == g.spans) {
      span = 0;
      row++;
      p++;
    }
    if (p == g.p) {
      p = 0;
      image++;
    }
  }
  ${
    unroll(s, (tap) =>
      `let out${tap} = ((i32(id.z) * g.r + i) * ${s} + ${tap}) * g.group_c4 * 4 * g.k4 + c * 4 * g.k4 + k;`)
  }
  ${
    unroll(vectors, (j) => `
  if (k + ${j} < g.k4) {
    ${
      unroll(s, (tap) =>
        unroll(4 * inputs, (c) => `partial[out${tap} + ${c} * g.k4 + ${j}] = sum${tap}_${c}_${j};`))
    }
  }`)
  }
}`;
  return {
    code,
    workgroups: [Math.ceil(k4 / (vectors * lanes)), Math.ceil(r * blocks / threads), o.slices],
    uniform: Object.values(geometry),
    texelRow: TEXEL_ROW,
  };
}

/** WGSL: a load, or zero if the test of those that are tested fails. */
function orZero(load: string, isTested: boolean, test: string): string {
  return isTested ? `select(vec4f(), ${load}, ${test})` : load;
}

/** WGSL that loads the columns of x under a span's taps: `x<m>_<c>`, zero outside. `places` comes before the loop. */
function columnLoads(o: RegisterWgradOptions, { columns, tested }: Spans): { places: string; load: string } {
  const { outputs, groups = 1, tile: { inputs, vectors }, sharesLoads = false } = o, [first] = columns;
  const isAligned = groups === 1 && outputs % (4 * vectors * SHARING_LANES) === 0;
  const isRun = columns.every((column, i) => column === first + i);
  const each = (text: (m: number, c: number, i: number) => string) =>
    columns.map((m, i) => unroll(inputs, (c) => text(m, c, i * inputs + c))).join("\n");
  if (sharesLoads && isAligned && isRun && columns.length > 0) {
    const eachMine = (text: (round: number, element: string) => string) =>
      eachShare(columns.length * inputs, text);
    return {
      places: `
  let lane = i32(id.x) % ${SHARING_LANES};
  ${eachMine((i, e) => `let column${i} = ${first} + ${e} / ${inputs}; let mine_c${i} = ${e} % ${inputs};`)}`,
      load: `
      ${
        eachMine((i) => {
          const load = `x_at(at + column${i} * g.c4 + mine_c${i})`;
          return `let mine${i} = ${orZero(load, tested.length > 0, `u32(left + column${i}) < u32(g.w)`)};`;
        })
      }
      ${each((m, c, i) => `let x${m}_${c} = ${shared(i)};`)}`,
    };
  }
  return {
    places: columns.map((m) => `let column${m} = ${m} * g.c4;`).join("\n"),
    load: each((m, c) =>
      `let x${m}_${c} = ${
        orZero(`x_at(at + column${m} + ${c})`, tested.includes(m), `u32(left + ${m}) < u32(g.w)`)
      };`
    ),
  };
}

/** Loads a span's pixels of dy; those outside are zero. */
function loadPixels({ vectors }: WgradTile, spans: Spans): string {
  return spans.pixels.map((t) =>
    unroll(vectors, (j) => {
      const load = `dy_at(pixel + pixel${t} + ${j})`;
      return `let dy${t}_${j} = ${orZero(load, !spans.isPixel(t), `q + ${t} < g.q`)};`;
    })
  ).join("\n");
}

/** Adds the span's products for tap `s`, channel `c` and vector `j` to their sum. */
function sumPixels(spans: Spans, sum: string, s: number, c: number, j: number): string {
  return spans.pixels.map((t) => {
    const m = spans.column(t, s);
    return m === undefined ? "" : `${sum} = fma(vec4f(x${m}_${c >> 2}[${c & 3}]), dy${t}_${j}, ${sum});`;
  }).join("\n");
}
