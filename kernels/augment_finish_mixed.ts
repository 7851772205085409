/**
 * The network's input of a batch whose images are mixed: own * a + (1 - own) * b in a box and a elsewhere, where a is an
 * image and b its partner, both normalised and with boxes erased as in augment_finish.ts. It reads levels, a quarter of
 * the bytes that mixing finished images in place would read. A thread handles every eighth group of four pixels of a row.
 *
 * Job: 0 the image's square, 1 the row of `images`, 2 the partner's square, 3 own, 4 top, 5 left, 6 height, 7 width of
 * the box, 8 the first word of the image's erased boxes, 9 their number, 10 and 11 likewise for the partner.
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
import { colorFunctions } from "./lib/augment_color.ts";
import { erasing, inBox, type LevelScale, normalizing } from "./lib/augment_normalize.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentFinishMixedOptions extends LevelScale {
  readonly jobs: Jobs;
  readonly side: number;
  /** Whether boxes may be erased. */
  readonly erases: boolean;
}

export function augmentFinishMixed(options: AugmentFinishMixedOptions): KernelSource {
  const { jobs, side, erases } = options;
  const pitch = pitchOf(side);
  const finished = (levels: string, column: string, boxes: number) => {
    const value = `normalized(shades(${levels}))`;
    return erases ? `erased(${value}, id.y, ${column}, ${word(boxes)}, ${word(boxes + 1)})` : value;
  };
  const mixed = (i: number) => {
    const at = "xyzw"[i], column = `column + ${i}u`;
    return unpadded(
      side,
      i,
      `let a = ${finished(`own_four.${at}`, column, 8)};
      let b = ${finished(`other_four.${at}`, column, 10)};
      images[to + ${column}] = select(a, own * a + (1.0 - own) * b, is_in(box, id.y, ${column}));`,
    );
  };
  const code = wgsl`
${jobList}
${pixels}
${colorFunctions("")}
${normalizing(options)}
${inBox}
${erases ? erasing : ""}
@group(0) @binding(2) var<storage, read> x: array<vec4u>; // squares of [${side}, ${pitch} / 4]
@group(0) @binding(3) var<storage, read_write> images: array<vec4f>; // [N, ${side}, ${side}]

@compute @workgroup_size(${ROW_THREADS}, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(12)}
  if (id.y >= ${side}u) { return; }
  let own = ${number(3)};
  let box = job_1;
  let own_row = ${word(0)} / 4u + id.y * ${pitch / 4}u;
  let other_row = ${word(2)} / 4u + id.y * ${pitch / 4}u;
  let to = (${word(1)} * ${side}u + id.y) * ${side}u;
  ${
    eachRun(
      side,
      `let own_four = x[own_row + column / 4u];
    let other_four = x[other_row + column / 4u];
    ${unroll(RUN, mixed)}`,
    )
  }
}`;
  return { code, workgroups: rowGrid(side, jobs), uniform: [jobs.first] };
}
