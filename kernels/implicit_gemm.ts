/**
 * Convolution as an implicit matrix product, channels last: forward, and dgrad as a forward over dy.
 *
 *   y[n, p, q, k] = bias[k] + sum over taps (i, j) and channels c of
 *                   x[n, p * stride + start + i, q * stride + start + j, c] * w[tap(i, j), c, k]
 *
 * This is the kernel for software adapters, where a load costs as much as 20 multiply-adds: no workgroup memory, no
 * barriers, and as many products per load as registers and the CPU's first-level cache allow. A thread owns a few
 * adjacent pixels of a row (see lib/span.ts), of a few adjacent images, by a few vectors of four channels k, in named
 * registers. All taps of a filter row are unrolled, so that the pixels share the columns of x that they load. Lanes
 * run along k: a workgroup's lanes read the same pixels and adjacent weights. Where the lanes of a subgroup can share
 * loads, each loads an eighth of the pixels (see lib/shared_loads.ts).
 *
 * The products of up to `block` vectors of channels are summed separately before they are added to the total: a
 * single sum over thousands of products would lose twice as many digits as PyTorch's does. The order of summation
 * depends on the layer alone, so tiles of all sizes give the same bits.
 *
 * The code depends on the tile, the taps of a row and which of them may fall on padding; all other sizes are read
 * from a uniform, so that layers share kernels, each of which takes a CPU a second to compile.
 *
 * Channels may be in groups, each of which is a product of its own: channels k of a group read those c of the same group.
 * All groups are one dispatch, and a thread's channels k are those of one group.
 *
 * y may be a sub-grid of a larger image (every `spacing`-th pixel from `offset`): a strided dgrad is one such product
 * for each parity of the pixel, without the zeros in between.
 */
import type { GemmAxis } from "./lib/gemm_axis.ts";
import { operand, type OperandSource, TEXEL_ROW } from "./lib/operand.ts";
import { element4, type ElementType, type KernelSource, uniformFields, unroll, wgsl } from "./lib/source.ts";
import { eachShare, shared, SHARING_LANES } from "./lib/shared_loads.ts";
import { range, type Spans, spansOf } from "./lib/span.ts";

export interface GemmOptions {
  readonly type: ElementType;
  /** Images; not part of the code, so that batches of all sizes share it. */
  readonly batch: number;
  readonly rows: GemmAxis;
  readonly cols: GemmAxis;
  /** Channels of x and of y. */
  readonly channels: number;
  readonly outputs: number;
  /** Groups of channels, each with multiples of 4 of x and of y; by default 1. */
  readonly groups?: number;
  /**
   * The filter is stored as [R, S, K / groups, C / 4] instead of [R, S, C / groups, K / 4], which is how dgrad reads
   * forward's filter.
   */
  readonly transposed?: boolean;
  readonly bias?: boolean;
  /** Also writes the results of batch_norm_statistics for chunks of y, for a following batch norm: [chunks, 4, K]. */
  readonly statistics?: boolean;
}

/** What a thread owns: pixels of a row, images, and vectors of four channels. */
export interface RegisterTile {
  readonly images: number;
  readonly pixels: number;
  readonly vectors: number;
}

/** Threads of a workgroup, and the maximum number of them along k. */
const THREADS = 32, LANES = 8;

/**
 * Tiles worth trying for a product in which a thread owns about `sums` sums for each vector k, a power of two from 8
 * to 32: the more sums, the more products per load. The second tile has twice as many, but takes twice as long to
 * compile.
 */
export function registerTiles(o: GemmOptions, sums: number): RegisterTile[] {
  const { cols, outputs, groups = 1 } = o;
  const pixels = Math.ceil(cols.output / Math.ceil(cols.output / 8));
  const twice = (tile: RegisterTile) => [tile, { ...tile, images: 2 * tile.images }];
  if (groups > 1) {
    const vectors = vectorsWithin(outputs / groups, 2);
    return registerTiles({ ...o, groups: 1 }, sums).map((tile) => ({
      ...tile,
      images: tile.images * tile.vectors / vectors,
      vectors,
    }));
  }
  // A filter with one tap per row shares no columns, so more channels make better use of a load.
  if (cols.taps === 1 && outputs >= 128) {
    return twice({ images: pixels > 1 ? sums / 8 : sums / 4, pixels: Math.min(pixels, 2), vectors: 4 });
  }
  const products = 3 * sums; // of a row's taps for each channel
  const most = Math.min(sums, products / (Math.max(1, cols.taps) * cols.stride)) / pixels;
  const images = Math.max(1, sums / 16, 2 ** Math.floor(Math.log2(most)));
  return twice({ images: Math.min(16, images), pixels, vectors: 2 });
}

/** The most vectors of four channels up to `most`, a power of two, into which the channels of a group divide evenly. */
export function vectorsWithin(channels: number, most: number): number {
  return channels / 4 % most === 0 ? most : vectorsWithin(channels, most / 2);
}

/** Chunks of a product with `statistics`: one for each thread along images and pixels. */
export function registerChunks({ batch, rows, cols }: GemmOptions, tile: RegisterTile): number {
  return Math.ceil(batch / tile.images) * rows.output * Math.ceil(cols.output / tile.pixels);
}

/** A product in registers: its tile, and where x and w are read from. */
export interface RegisterOptions extends GemmOptions {
  readonly tile: RegisterTile;
  readonly operands: OperandSource;
  /** Whether the lanes of subgroups may share loads, where all of them read the same pixels. */
  readonly sharesLoads?: boolean;
}

export function implicitGemm(o: RegisterOptions): KernelSource {
  const { rows, cols, tile, operands, groups = 1, bias = false, statistics = false } = o;
  const spans = spansOf(cols, tile.pixels), columns = columnLoads(o, spans);
  const block = cols.taps === 1 ? 16 : 8, isLooped = o.channels / groups > 4;
  const lanes = Math.min(LANES, Math.ceil(o.outputs / 4 / tile.vectors)),
    threads = Math.ceil(THREADS / lanes);
  const geometry = {
    ...{ c4: o.channels / 4, k4: o.outputs / 4, spans: spans.count },
    ...{ group_c4: o.channels / 4 / groups, group_k4: o.outputs / 4 / groups },
    ...{ top: rows.start, left: cols.start, row_stride: rows.stride, col_stride: cols.stride },
    ...{ height: rows.input, width: cols.input, row_taps: cols.taps > 0 ? rows.taps : 0 },
    ...{
      first_tap: rows.first * cols.size + cols.first,
      next_row: rows.every * cols.size,
      next_tap: cols.every,
    },
    ...{ output_rows: rows.output, output_cols: cols.output, image_rows: rows.image, image_cols: cols.image },
    ...{
      row_offset: rows.offset,
      col_offset: cols.offset,
      row_spacing: rows.spacing,
      col_spacing: cols.spacing,
    },
  };
  const eachImage = (text: (n: number) => string) => unroll(tile.images, text);
  const eachSum = (text: (sum: string, n: number, t: number, j: number) => string) =>
    eachImage((n) =>
      spans.pixels.map((t) => unroll(tile.vectors, (j) => text(`${n}_${t}_${j}`, n, t, j))).join("\n")
    );

  const code = wgsl`
${element4(o.type)}
${operand("x", 0, o.type, operands)} // x: [N, H, W, C / 4]
${operand("w", 1, o.type, operands)} // w: [R, S, C / groups, K / 4], or transposed [R, S, K / groups, C / 4]
@group(0) @binding(2) var<storage, read_write> y: array<Element4>; // [N, P, Q, K / 4]
#if ${bias}
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [K / 4]
#endif
#if ${statistics}
@group(0) @binding(4) var<storage, read_write> partial: array<vec4f>; // [chunks, (rows, mean, lost, deviations), K / 4]
#endif
${uniformFields(5, geometry)}

fn image_count() -> i32 { return i32(arrayLength(&y)) / (g.image_rows * g.image_cols * g.k4); }

fn store(image: i32, p: i32, q: i32, k: i32, sum: vec4f) {
  if (image >= image_count() || q >= g.output_cols || k >= g.k4) { return; }
  let row = image * g.image_rows + p * g.row_spacing + g.row_offset;
  let at = (row * g.image_cols + q * g.col_spacing + g.col_offset) * g.k4 + k;
  y[at] = store4(sum);
}

@compute @workgroup_size(${lanes}, ${threads})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let k = i32(id.x) * ${tile.vectors};
  let count = image_count();
  let tiles = (count + ${tile.images - 1}) / ${tile.images};
  let place = i32(id.y) / tiles;
  if (place >= g.output_rows * g.spans || k >= g.k4) { return; }
  let p = place / g.spans;
  let q = place % g.spans * ${tile.pixels};
  let first = i32(id.y) % tiles * ${tile.images};
  let left = q * g.col_stride + g.left;
  let group_c = k / g.group_k4 * g.group_c4; // the group's first vector of channels c
  let group_k = k % g.group_k4; // the thread's first vector of k within the group
  ${columns.places}
  ${filterRows(o)}
  ${eachSum((sum) => `var total${sum} = vec4f();`)}
  for (var i = 0; i < g.row_taps; i++) {
    let h = p * g.row_stride + g.top + i;
    if (u32(h) >= u32(g.height)) { continue; }
    let tap = g.first_tap + i * g.next_row;
    var at = (h * g.width + left) * g.c4 + group_c;
    var weights = ${
    o.transposed ? "(tap * g.group_k4 + group_k) * 4 * g.c4 + group_c" : "tap * g.group_c4 * 4 * g.k4 + k"
  };
#if ${isLooped}
    for (var c = 0; c < g.group_c4; c += ${block}) {
      ${eachSum((sum) => `var sum${sum} = vec4f();`)}
      for (let end = at + min(${block}, g.group_c4 - c); at < end; at++) {
        ${channelStep(o, spans, columns, "sum")}
        weights += ${o.transposed ? "1" : "4 * g.k4"};
      }
      ${eachSum((sum) => `total${sum} += sum${sum};`)}
    }
#else
    ${channelStep(o, spans, columns, "total")}
#endif
  }
#if ${bias}
  ${eachSum((sum, _n, _t, j) => `total${sum} += bias[k + ${j}];`)}
#endif
  ${eachSum((sum, n, t, j) => `store(first + ${n}, p, q + ${t}, k + ${j}, total${sum});`)}
#if ${statistics}
  ${chunkStatistics(tile, spans)}
#endif
}`;
  return {
    code,
    workgroups: [
      Math.ceil(o.outputs / 4 / (tile.vectors * lanes)),
      Math.ceil(registerChunks(o, tile) / threads),
      1,
    ],
    uniform: Object.values(geometry),
    texelRow: TEXEL_ROW,
  };
}

/** Offsets of the filter vectors of a row's taps from the first: of channel d, or transposed of output 4 * j + e. */
function filterRows({ transposed, cols, tile }: RegisterOptions): string {
  return transposed
    ? unroll(
      cols.taps,
      (s) =>
        unroll(
          4 * tile.vectors,
          (e) => `let filter${s}_${e} = (${s} * g.next_tap * 4 * g.group_k4 + ${e}) * g.c4;`,
        ),
    )
    : unroll(
      cols.taps,
      (s) => unroll(4, (d) => `let filter${s}_${d} = (${s} * g.next_tap * 4 * g.group_c4 + ${d}) * g.k4;`),
    );
}

/** Loads the filter of tap `s` of a row: `w<s>_<d>_<j>` has channel c + d and the vector k + j. */
function loadFilter({ transposed, tile: { vectors } }: RegisterOptions, s: number): string {
  if (!transposed) {
    return unroll(
      4,
      (d) => unroll(vectors, (j) => `let w${s}_${d}_${j} = w_at(weights + filter${s}_${d} + ${j});`),
    );
  }
  return unroll(vectors, (j) => `
        ${unroll(4, (e) => `let v${s}_${j}_${e} = w_at(weights + filter${s}_${4 * j + e});`)}
        ${
    unroll(4, (d) => `let w${s}_${d}_${j} = vec4f(${range(4).map((e) => `v${s}_${j}_${e}[${d}]`).join()});`)
  }`);
}

/** WGSL that loads the columns of x, zero outside: `x<n>_<m>` is column m of image n. */
interface ColumnLoads {
  /** Before the loops. */
  readonly places: string;
  /** At the start of each step, and for each image of it. */
  readonly step: string;
  image(n: number): string;
}

/** The loads of a thread: all by itself, or an eighth of them where all lanes of its subgroup have the same pixels. */
function columnLoads(o: RegisterOptions, spans: Spans): ColumnLoads {
  const { outputs, groups = 1, tile: { images, vectors }, sharesLoads = false } = o,
    { columns, tested } = spans;
  const isAligned = groups === 1 && outputs % (4 * vectors * SHARING_LANES) === 0;
  const isRun = columns.every((column, i) => column === columns[0] + i);
  const imageOf = (n: string) => `min(first + ${n}, count - 1) * (g.height * g.width * g.c4)`;
  if (sharesLoads && isAligned && isRun && columns.length > 0) {
    const { length } = columns;
    const column = (element: string) => `(${columns[0]} + ${element} % ${length})`;
    const zero = (round: number, value: string) =>
      tested.length > 0 ? `select(vec4f(), ${value}, inside${round})` : value;
    const each = (text: (round: number, element: string) => string) => eachShare(images * length, text);
    return {
      places: `
  let lane = i32(id.x) % ${SHARING_LANES};
  ${each((i, e) => `let place${i} = ${imageOf(`${e} / ${length}`)} + ${column(e)} * g.c4;`)}
  ${tested.length > 0 ? each((i, e) => `let inside${i} = u32(left + ${column(e)}) < u32(g.width);`) : ""}`,
      step: each((i) => `let mine${i} = ${zero(i, `x_at(at + place${i})`)};`),
      image: (n) => columns.map((m, i) => `let x${n}_${m} = ${shared(n * length + i)};`).join("\n"),
    };
  }
  const load = (n: number, m: number) => {
    const value = `x_at(image${n} + at + column${m})`;
    return `let x${n}_${m} = ${tested.includes(m) ? `select(vec4f(), ${value}, inside${m})` : value};`;
  };
  return {
    places: `
  ${unroll(images, (n) => `let image${n} = ${imageOf(`${n}`)};`)}
  ${columns.map((m) => `let column${m} = ${m} * g.c4;`).join("\n")}
  ${tested.map((m) => `let inside${m} = u32(left + ${m}) < u32(g.width);`).join("\n")}`,
    step: "",
    image: (n) => columns.map((m) => load(n, m)).join("\n"),
  };
}

/** Four channels c of all taps of a row: loads the filter and, for each image, the columns that its pixels share. */
function channelStep(o: RegisterOptions, spans: Spans, columns: ColumnLoads, sum: string): string {
  const { images, vectors } = o.tile;
  const products = (n: number, t: number, j: number) =>
    range(o.cols.taps).map((s) => {
      const m = spans.column(t, s), into = `${sum}${n}_${t}_${j}`;
      return m === undefined
        ? ""
        : unroll(4, (d) => `${into} = fma(vec4f(x${n}_${m}[${d}]), w${s}_${d}_${j}, ${into});`);
    }).join("\n");
  return `
        ${columns.step}
        ${unroll(o.cols.taps, (s) => loadFilter(o, s))}
        ${
    unroll(images, (n) => `
        ${columns.image(n)}
        ${spans.pixels.map((t) => unroll(vectors, (j) => products(n, t, j))).join("\n")}`)
  }`;
}

/** Count, mean and deviations of the rows that a thread owns, as in kernels/batch_norm_statistics.ts. */
function chunkStatistics({ images, vectors }: RegisterTile, { pixels }: Spans): string {
  const eachRow = (text: (n: number, t: number) => string) =>
    unroll(images, (n) => pixels.map((t) => text(n, t)).join("\n"));
  return `
  let rows = f32(min(${images}, count - first) * min(${pixels.length}, g.output_cols - q));
  ${unroll(images, (n) => `let is_image${n} = select(0.0, 1.0, first + ${n} < count);`)}
  ${pixels.map((t) => `let is_pixel${t} = select(0.0, 1.0, q + ${t} < g.output_cols);`).join("\n")}
  ${
    unroll(vectors, (j) => `
  if (k + ${j} < g.k4) {
    var sum = vec4f();
    ${eachRow((n, t) => `sum += total${n}_${t}_${j} * (is_image${n} * is_pixel${t});`)}
    let mean = sum / rows;
    var lost = vec4f();
    var deviations = vec4f();
    var deviation = vec4f();
    ${
      eachRow((n, t) => `
    deviation = (total${n}_${t}_${j} - mean) * (is_image${n} * is_pixel${t});
    lost += deviation;
    deviations = fma(deviation, deviation, deviations);`)
    }
    let chunk = i32(id.y) * 4 * g.k4 + k + ${j};
    partial[chunk] = vec4f(rows);
    partial[chunk + g.k4] = mean;
    partial[chunk + 2 * g.k4] = lost;
    partial[chunk + 3 * g.k4] = deviations;
  }`)
  }`;
}
