/**
 * Affine and perspective warps of squares as torchvision's tensor backend computes them: each pixel of the result
 * samples the source at its position transformed by a matrix, by nearest neighbour or bilinearly. A thread handles
 * every eighth group of four pixels of a row.
 *
 * Job: 0 source, 1 target, 2 the fill colour, 3 to 8 the rows (a, b, c) of the matrix for x and y, and for
 * perspective 9, 10 g and h of the divisor g x + h y + 1.
 */
import {
  eachRun,
  jobList,
  type Jobs,
  loadJob,
  number,
  pitchOf,
  pixels,
  ROW_THREADS,
  rowGrid,
  RUN,
  unpadded,
  word,
} from "./lib/augment.ts";
import { sampling } from "./lib/augment_sampling.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentWarpOptions {
  readonly jobs: Jobs;
  readonly side: number;
  readonly warp: "affine" | "perspective";
  readonly interpolation: "nearest" | "bilinear";
}

export function augmentWarp({ jobs: list, side, warp, interpolation }: AugmentWarpOptions): KernelSource {
  const pitch = pitchOf(side);
  const isAffine = warp === "affine";
  const origin = isAffine ? 0.5 - side / 2 : 0.5; // affine positions are relative to the centre
  const place = isAffine
    ? "column_at * a + row * b + c"
    : "(column_at * a + row * b + c) / (column_at * divisor.x + row * divisor.y + 1.0) - 1.0";
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read_write> x: array<u32>; // squares of [${side}, ${pitch}]
${sampling(side, interpolation)}

@compute @workgroup_size(${ROW_THREADS}, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(11)}
  if (id.y >= ${side}u) { return; }
  let source = ${word(0)};
  let fill = ${word(2)};
  let a = vec2f(${number(3)}, ${number(6)});
  let b = vec2f(${number(4)}, ${number(7)});
  let c = vec2f(${number(5)}, ${number(8)});
#if ${!isAffine}
  let divisor = vec2f(${number(9)}, ${number(10)});
#endif
  let row = f32(id.y) + ${origin};
  let to = ${word(1)} + id.y * ${pitch}u;
  ${
    eachRun(
      side,
      unroll(RUN, (i) =>
        unpadded(
          side,
          i,
          `let column_at = f32(column + ${i}u) + ${origin};
      x[to + column + ${i}u] = sampled(source, ${place}, fill);`,
        )),
    )
  }
}`;
  return { code, workgroups: rowGrid(side, list), uniform: [list.first] };
}
