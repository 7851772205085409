/**
 * Depthwise convolution, and its dgrad: y[n, p, q, c] = sum over the taps (i, j) of x[n, p * stride - padding + i, q *
 * stride - padding + j, c] * w[i, j, c], and the transpose of that. Each value of x meets few taps, so the kernel is
 * bound by memory: a thread owns four channels of a tile of pixels, whose taps share the pixels of x that it loads and
 * the filter. Lanes run along channels first, so that a workgroup reads contiguous memory.
 *
 * Which pixels of x a tile's taps meet is known when the code is written, counted from the tile's first: in dgrad with
 * a stride, too, whose tiles begin at multiples of it. Sizes of images are in a uniform, so that layers share code.
 *
 * With `statistics` a thread also writes the results of batch_norm_statistics for its tile, a chunk.
 */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  uniformFields,
  unroll,
  wgsl,
} from "./lib/source.ts";
import { range } from "./lib/span.ts";

/** The sizes of a depthwise convolution. */
export interface DepthwiseOptions {
  readonly type: ElementType;
  /** Not part of the code. */
  readonly batch: number;
  /** Rows and columns of x and of y. */
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly channels: number;
  /** Rows and columns of the filter. */
  readonly filter: readonly [number, number];
  readonly stride: number;
  readonly padding: number;
}

/** Which pass, and what is written beside its result. */
export interface DepthwisePassOptions extends DepthwiseOptions {
  /** In dgrad `x` is dy, and `y` dx. */
  readonly pass: "forward" | "dgrad";
  readonly bias?: boolean;
  /** Also writes count, mean and deviations of chunks of y, for a following batch norm: [chunks, 4, C]. */
  readonly statistics?: boolean;
}

/** Rows and columns of a thread's tile: multiples of the stride in dgrad, and fewer for filters of many taps. */
function tileOf({ filter: [r, s], stride, pass }: DepthwisePassOptions): readonly [number, number] {
  const [rows, columns] = r * s > 9 ? [2, 4] : [4, 4];
  const whole = (side: number) => pass === "dgrad" ? Math.ceil(side / stride) * stride : side;
  return stride > 2 ? [whole(1), whole(1)] : [whole(rows), whole(columns)];
}

/** Chunks of a forward pass with `statistics`: its tiles. */
export function depthwiseChunks(o: DepthwiseOptions): number {
  const [rows, columns] = tileOf({ ...o, pass: "forward" });
  return o.batch * Math.ceil(o.output[0] / rows) * Math.ceil(o.output[1] / columns);
}

/** A pixel of the tile and a tap along an axis, and the pixel of x that they meet, counted from the tile's first. */
interface Meeting {
  readonly pixel: number;
  readonly tap: number;
  readonly source: number;
}

function meetings(
  { pass, stride, padding }: DepthwisePassOptions,
  pixels: number,
  taps: number,
): Meeting[] {
  const all = range(pixels).flatMap((pixel) => range(taps).map((tap) => ({ pixel, tap })));
  if (pass === "forward") {
    return all.map(({ pixel, tap }) => ({ pixel, tap, source: pixel * stride + tap - padding }));
  }
  return all.filter(({ pixel, tap }) => (pixel + padding - tap) % stride === 0)
    .map(({ pixel, tap }) => ({ pixel, tap, source: (pixel + padding - tap) / stride }));
}

/** A source's name in WGSL: sources may be negative. */
function named(source: number): string {
  return source < 0 ? `m${-source}` : `${source}`;
}

export function depthwiseConv2d(o: DepthwisePassOptions): KernelSource {
  const { bias = false, statistics = false } = o;
  const isForward = o.pass === "forward";
  const [source, target] = isForward ? [o.input, o.output] : [o.output, o.input];
  const [rows, columns] = tileOf(o), c4 = o.channels / 4;
  const tiles = [Math.ceil(target[0] / rows), Math.ceil(target[1] / columns)];
  const geometry = {
    ...{ c4, height: source[0], width: source[1], rows: target[0], columns: target[1] },
    ...{ tile_rows: tiles[0], tile_columns: tiles[1] },
  };
  const alongRows = meetings(o, rows, o.filter[0]), alongColumns = meetings(o, columns, o.filter[1]);
  const sources = (all: readonly Meeting[]) =>
    [...new Set(all.map(({ source }) => source))].sort((a, b) => a - b);
  const [sourceRows, sourceColumns] = [sources(alongRows), sources(alongColumns)];
  const eachPixel = (text: (row: number, column: number) => string) =>
    unroll(rows, (row) => unroll(columns, (column) => text(row, column)));
  const first = (at: string) => isForward ? `${at} * ${o.stride}` : `${at} / ${o.stride}`;

  const code = wgsl`
${element4(o.type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, H, W, C / 4]
@group(0) @binding(1) var<storage, read> w: array<Element4>; // [R, S, C / 4]
@group(0) @binding(2) var<storage, read_write> y: array<Element4>; // [N, P, Q, C / 4]
#if ${bias}
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [C / 4]
#endif
#if ${statistics}
@group(0) @binding(4) var<storage, read_write> partial: array<vec4f>; // [chunks, (rows, mean, lost, deviations), C / 4]
#endif
${uniformFields(5, geometry)}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let thread = i32(linear_index(id, groups));
  let c = thread % g.c4;
  let tile = thread / g.c4;
  let tile_row = tile / g.tile_columns;
  let image = tile_row / g.tile_rows;
  if (u32(image) >= arrayLength(&y) / u32(g.rows * g.columns * g.c4)) { return; }
  let row = tile_row % g.tile_rows * ${rows};
  let column = tile % g.tile_columns * ${columns};
  let top = ${first("row")};
  let left = ${first("column")};
  ${
    sourceColumns.map((at) => `
  let is_column${named(at)} = u32(left + ${at}) < u32(g.width);
  let column${named(at)} = (left + ${at}) * g.c4 + c;`).join("")
  }
  ${eachPixel((a, b) => `var sum${a}_${b} = ${bias ? "bias[c]" : "vec4f()"};`)}
  ${
    unroll(o.filter[0], (i) =>
      unroll(o.filter[1], (j) => `let w${i}_${j} = load4(w[${i * o.filter[1] + j} * g.c4 + c]);`))
  }
  ${
    sourceRows.map((at) => `
  if (u32(top + ${at}) < u32(g.height)) {
    let start = (image * g.height + top + ${at}) * g.width * g.c4;
    ${
      sourceColumns.map((at) =>
        `let x${named(at)} = select(vec4f(), load4(x[start + column${named(at)}]), is_column${named(at)});`
      ).join("\n")
    }
    ${
      alongRows.filter(({ source }) => source === at).map((a) =>
        alongColumns.map((b) =>
          `sum${a.pixel}_${b.pixel} = fma(x${named(b.source)}, w${a.tap}_${b.tap}, sum${a.pixel}_${b.pixel});`
        ).join("\n")
      ).join("\n")
    }
  }`).join("")
  }
  let at = ((image * g.rows + row) * g.columns + column) * g.c4 + c;
  ${
    eachPixel((a, b) => `
  let is_pixel${a}_${b} = row + ${a} < g.rows && column + ${b} < g.columns;
  if (is_pixel${a}_${b}) { y[at + (${a} * g.columns + ${b}) * g.c4] = store4(sum${a}_${b}); }`)
  }
#if ${statistics}
  let count = f32(min(${rows}, g.rows - row) * min(${columns}, g.columns - column));
  var total = vec4f();
  ${eachPixel((a, b) => `total += select(vec4f(), sum${a}_${b}, is_pixel${a}_${b});`)}
  let mean = total / count;
  var lost = vec4f();
  var deviations = vec4f();
  ${
    eachPixel((a, b) => `
  let deviation${a}_${b} = select(vec4f(), sum${a}_${b} - mean, is_pixel${a}_${b});
  lost += deviation${a}_${b};
  deviations = fma(deviation${a}_${b}, deviation${a}_${b}, deviations);`)
  }
  let chunk = tile * 4 * g.c4 + c;
  partial[chunk] = vec4f(count);
  partial[chunk + g.c4] = mean;
  partial[chunk + 2 * g.c4] = lost;
  partial[chunk + 3 * g.c4] = deviations;
#endif
}`;
  return {
    code,
    workgroups: linearGrid(o.batch * tiles[0] * tiles[1] * c4),
    uniform: Object.values(geometry),
  };
}
