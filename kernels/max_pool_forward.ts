/**
 * y[n, p, q, c] = max over the taps (i, j) of x[n, p * stride - padding + i, q * stride - padding + j, c], and the
 * tap i * kernel + j that it came from: on a tie the first in row order; a NaN wins, as in PyTorch. A thread handles
 * four adjacent channels of a tile of windows, which share the pixels that they load; the taps of four channels are
 * the bytes of one u32.
 *
 * A tap outside x is moved to the nearest pixel inside, which belongs to the same window: it is compared twice, and
 * the padding needs no infinity.
 */
import { nanSafe } from "./lib/nan.ts";
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  wgsl,
} from "./lib/source.ts";
import { operand, type OperandSource, TEXEL_ROW } from "./lib/operand.ts";
import { range } from "./lib/span.ts";

export interface MaxPoolOptions {
  readonly type: ElementType;
  /** Elements of the output; not part of the code. */
  readonly count: number;
  /** Rows and columns of x and of y. */
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Where x and dy are read from. */
  readonly operands: OperandSource;
}

/** Windows along a side of a tile; one if windows are so large that their code would be long. */
function tileSide({ kernel }: MaxPoolOptions): number {
  return kernel <= 4 ? 2 : 1;
}

export function maxPoolForward(o: MaxPoolOptions): KernelSource {
  const [h, w] = o.input, [p, q] = o.output;
  const c4 = o.channels / 4, side = tileSide(o);
  const tiles = [Math.ceil(p / side), Math.ceil(q / side)];
  const offsets = range((side - 1) * o.stride + o.kernel).filter((offset) => offset % o.stride < o.kernel);
  const code = wgsl`
${element4(o.type)}
${linearIndex}
${nanSafe}
${operand("x", 0, o.type, o.operands)} // [N, H, W, C / 4]
@group(0) @binding(1) var<storage, read_write> y: array<Element4>; // [N, P, Q, C / 4]
@group(0) @binding(2) var<storage, read_write> taps: array<u32>; // [N, P, Q, C / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linear_index(id, groups);
  let c = at % ${c4}u;
  let column = i32(at / ${c4}u % ${tiles[1]}u) * ${side};
  let row = i32(at / ${c4 * tiles[1]}u % ${tiles[0]}u) * ${side};
  let image = i32(at / ${c4 * tiles[0] * tiles[1]}u);
  if (u32(image) >= arrayLength(&y) / ${p * q * c4}u) { return; }
  let top = row * ${o.stride} - ${o.padding};
  let left = column * ${o.stride} - ${o.padding};
  ${
    offsets.map((offset) => `
  let i${offset} = clamp(top + ${offset}, 0, ${h - 1});
  let j${offset} = clamp(left + ${offset}, 0, ${w - 1});`).join("")
  }
  ${
    eachPair(offsets, (i, j) => `
  let x${i}_${j} = x_at(((image * ${h} + i${i}) * ${w} + j${j}) * ${c4} + i32(c));
  let is_nan${i}_${j} = is_nan(x${i}_${j});`)
  }
  ${eachPair(range(side), (a, b) => window(o, a, b))}
}`;
  return {
    code,
    workgroups: linearGrid(o.count / (p * q * o.channels) * tiles[0] * tiles[1] * c4),
    texelRow: TEXEL_ROW,
  };
}

/** The maximum of window (a, b) of the tile. */
function window({ output: [p, q], channels, kernel, stride }: MaxPoolOptions, a: number, b: number): string {
  return `
  if (row + ${a} < ${p} && column + ${b} < ${q}) {
    var best = vec4f();
    var best_tap = vec4u();
    ${
    eachPair(range(kernel), (i, j) => {
      const [y, x] = [a * stride + i, b * stride + j];
      const isFirst = i === 0 && j === 0;
      return `{
      let tap = u32((i${y} - top - ${a * stride}) * ${kernel} + j${x} - left - ${b * stride});
      let is_better = ${isFirst ? "vec4<bool>(true)" : `(x${y}_${x} > best) | is_nan${y}_${x}`};
      best = select(best, x${y}_${x}, is_better);
      best_tap = select(best_tap, vec4u(tap), is_better);
    }`;
    })
  }
    let at = u32((image * ${p} + row + ${a}) * ${q} + column + ${b}) * ${channels / 4}u + c;
    y[at] = store4(best);
    taps[at] = best_tap.x | (best_tap.y << 8u) | (best_tap.z << 16u) | (best_tap.w << 24u);
  }`;
}

/** `text` for each pair of a row's value and a column's, row by row. */
export function eachPair(values: readonly number[], text: (row: number, column: number) => string): string {
  return values.map((row) => values.map((column) => text(row, column)).join("\n")).join("\n");
}
