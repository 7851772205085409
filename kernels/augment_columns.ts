/**
 * The vertical pass of an antialiased resize into a square, as in Pillow, with a fill colour around the resized part.
 * The same pass applies the following colour steps (lib/augment_color.ts) and, sums the result's luma where it is asked for
 * for the next contrast step. A thread handles every eighth group of four pixels of a row.
 *
 * Job: 0 source, 1 the row of the image that comes first in it, 2 table, 3 its stride, 4 target, 5 left, 6 top, 7
 * width, 8 height of the resized part in the square, 9 the fill colour, 10 index of the sums in `luma_sums`; 12 the
 * steps. The table (filter_table.ts) has the rows of the resized part. The source's columns are those of the square;
 * columns outside the part are never used.
 */
import {
  eachRun,
  jobList,
  type Jobs,
  loadJob,
  pitchOf,
  pixels,
  ROW_THREADS,
  rowGrid,
  RUN,
  word,
} from "./lib/augment.ts";
import { colorAmounts, colorFunctions, colorSteps, type Luma, stepsEnd } from "./lib/augment_color.ts";
import { filterLoad, filterTaps } from "./lib/augment_filter.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

const HALF = 1 << 21;

export interface AugmentColumnsOptions {
  readonly jobs: Jobs;
  /** The side of the squares. */
  readonly side: number;
  /** Weights in the tables for each row. */
  readonly taps: number;
  /** Colour steps as letters. */
  readonly steps: string;
  /** What is summed over the result, if anything is. */
  readonly luma?: Luma | undefined;
}

export function augmentColumns(o: AugmentColumnsOptions): KernelSource {
  const { jobs, side, taps, steps, luma } = o;
  const pitch = pitchOf(side);
  const tap = (k: string, weight: string) =>
    `{ let weight = ${weight}; let four = x[at + (${k}) * ${pitch / 4}u];
      ${unroll(RUN, (i) => `sum_${i} += levels(four.${"xyzw"[i]}) * weight;`)} }`;
  const four = [0, 1, 2, 3].map((i) => `packed_shades(v_${i})`);
  const code = wgsl`
${jobList}
${pixels}
${colorFunctions(steps, luma)}
@group(0) @binding(2) var<storage, read> data: array<vec4u>;
@group(0) @binding(3) var<storage, read> x: array<vec4u>; // [rows, ${pitch} / 4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4u>; // squares of [${side}, ${pitch} / 4]
#if ${luma !== undefined}
@group(0) @binding(5) var<storage, read_write> luma_sums: array<u32>; // [pictures, ${side}, ${ROW_THREADS}]
#endif

@compute @workgroup_size(${ROW_THREADS}, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(stepsEnd(steps))}
  if (id.y >= ${side}u) { return; }
  let part_row = id.y - ${word(6)}; // large where it is negative
  let height = ${word(8)};
  ${filterLoad(taps, "row", word(2), word(3), "min(part_row, height - 1u)")}
  let source_row = (${word(0)} + (filter_row_0.x - ${word(1)}) * ${pitch}u) / 4u;
  let target_row = ${word(4)} / 4u + id.y * ${pitch / 4}u;
  let around = levels(${word(9)});
  let width = select(0u, ${word(7)}, part_row < height);
  ${colorAmounts(steps, "0u", "1u")}
#if ${luma !== undefined}
  var sum = 0.0;
#endif
  ${
    eachRun(
      side,
      `let at = source_row + column / 4u;
    ${unroll(RUN, (i) => `var sum_${i} = vec3u(${HALF}u);`)}
    ${filterTaps(taps, "row", tap)}
    let first = column - ${word(5)};
    ${
        unroll(RUN, (i) =>
          `var v_${i} = vec3f(vec3i(select(around, level_of(sum_${i}), first + ${i}u < width)));
    ${colorSteps(steps, `v_${i}`)}
    ${luma ? `sum += select(0.0, ${luma}(v_${i}), column + ${i}u < ${side}u);` : ""}`)
      }
    y[target_row + column / 4u] = vec4u(${four.join(", ")});`,
    )
  }
#if ${luma !== undefined}
  luma_sums[(${word(10)} * ${side}u + id.y) * ${ROW_THREADS}u + id.x] = u32(sum);
#endif
}`;
  return { code, workgroups: rowGrid(side, jobs), uniform: [jobs.first] };
}
