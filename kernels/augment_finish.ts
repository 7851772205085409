/**
 * The network's input: the last colour steps (lib/augment_color.ts), then (level / 255 - mean) / std as one fused
 * multiply-add, channels R, G, B, 0, then boxes that are erased. A thread handles every eighth group of four pixels of
 * a row.
 *
 * Job: 0 the source square, 1 the row of `images`, 2 its index in `sums` and `tables`, 3 the first word of the erased
 * boxes, 4 their number; 12 the steps.
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
import { colorAmounts, colorFunctions, colorSteps, needsMean, stepsEnd } from "./lib/augment_color.ts";
import { erasing, inBox, type LevelScale, normalizing } from "./lib/augment_normalize.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentFinishOptions extends LevelScale {
  readonly jobs: Jobs;
  readonly side: number;
  readonly steps: string;
  /** Whether boxes may be erased. */
  readonly erases: boolean;
}

export function augmentFinish(options: AugmentFinishOptions): KernelSource {
  const { jobs, side, steps, erases } = options;
  const pitch = pitchOf(side);
  const finished = (i: number) => {
    const value = `normalized(v_${i})`;
    return erases ? `erased(${value}, id.y, column + ${i}u, ${word(3)}, ${word(4)})` : value;
  };
  const code = wgsl`
${jobList}
${pixels}
${colorFunctions(steps)}
${normalizing(options)}
${erases ? inBox + erasing : ""}
@group(0) @binding(2) var<storage, read> x: array<vec4u>; // squares of [${side}, ${pitch} / 4]
#if ${needsMean(steps)}
@group(0) @binding(3) var<storage, read> sums: array<u32>; // [pictures]
#endif
#if ${steps.includes("t")}
@group(0) @binding(5) var<storage, read> tables: array<u32>; // [pictures, 3, 256]
#endif
@group(0) @binding(4) var<storage, read_write> images: array<vec4f>; // [N, ${side}, ${side}]

@compute @workgroup_size(${ROW_THREADS}, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(stepsEnd(steps))}
  if (id.y >= ${side}u) { return; }
  ${colorAmounts(steps, word(2), `${side * side}u`)}
  let source_row = ${word(0)} / 4u + id.y * ${pitch / 4}u;
  let to = (${word(1)} * ${side}u + id.y) * ${side}u;
  ${
    eachRun(
      side,
      `let four = x[source_row + column / 4u];
    ${
        unroll(RUN, (i) =>
          `var v_${i} = shades(four.${"xyzw"[i]});
    ${colorSteps(steps, `v_${i}`)}
    ${side % RUN ? `if (column + ${i}u < ${side}u)` : ""} {
      images[to + column + ${i}u] = ${finished(i)};
    }`)
      }`,
    )
  }
}`;
  return { code, workgroups: rowGrid(side, jobs), uniform: [jobs.first] };
}
