/**
 * What the levels of each channel become when its histogram is equalised, as in Pillow, or its levels are stretched
 * to 0 .. 255, as in torchvision's tensor backend. One workgroup for each image counts in its own memory; then each
 * lane makes the entry of one level.
 *
 * Job: 0 the square, 1 the image's index in `tables`, 2 whether to equalise.
 */
import { jobList, type Jobs, loadJob, pitchOf, pixels, RUN, word } from "./lib/augment.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

const LEVELS = 256;

export function augmentLevels(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const runs = pitchOf(side) / RUN;
  const count = (i: number) =>
    `{ let pixel = levels(four.${"xyzw"[i]});
      atomicAdd(&counts[pixel.x], 1u);
      atomicAdd(&counts[${LEVELS}u + pixel.y], 1u);
      atomicAdd(&counts[${2 * LEVELS}u + pixel.z], 1u); }`;
  const counted = (i: number) => side % RUN > 0 && i >= side % RUN ? `if (isWhole) ${count(i)}` : count(i);
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read> x: array<vec4u>; // squares of [${side}, ${runs}]
@group(0) @binding(3) var<storage, read_write> tables: array<u32>; // [pictures, ${LEVELS}]
var<workgroup> counts: array<atomic<u32>, ${3 * LEVELS}>;
var<workgroup> sums: array<vec3u, ${LEVELS}>; // of the counts up to a level
var<workgroup> ends: array<atomic<u32>, 6>; // of each channel: the highest level, and 255 less the lowest

@compute @workgroup_size(${LEVELS})
fn main(@builtin(local_invocation_index) level: u32, @builtin(workgroup_id) id: vec3u) {
  ${loadJob(3)}
  let start = ${word(0)} / ${RUN}u;
  for (var run = level; run < ${side * runs}u; run += ${LEVELS}u) {
    let four = x[start + run];
#if ${side % RUN > 0}
    let isWhole = run % ${runs}u < ${runs - 1}u;
#endif
    ${unroll(RUN, counted)}
  }
  workgroupBarrier();
  let here = vec3u(
    atomicLoad(&counts[level]),
    atomicLoad(&counts[${LEVELS}u + level]),
    atomicLoad(&counts[${2 * LEVELS}u + level]),
  );
  ${
    unroll(3, (c) =>
      `if (here.${"xyz"[c]} > 0u) { atomicMax(&ends[${c}], level); atomicMax(&ends[${
        3 + c
      }], 255u - level); }`)
  }
  sums[level] = here;
  workgroupBarrier();
  for (var step = 1u; step < ${LEVELS}u; step *= 2u) {
    let before = select(vec3u(), sums[max(level, step) - step], level >= step);
    workgroupBarrier();
    sums[level] += before;
    workgroupBarrier();
  }
  let highest = vec3u(atomicLoad(&ends[0]), atomicLoad(&ends[1]), atomicLoad(&ends[2]));
  let lowest = 255u - vec3u(atomicLoad(&ends[3]), atomicLoad(&ends[4]), atomicLoad(&ends[5]));
  let own = vec3u(level);
  var value: vec3u;
  if (${word(2)} != 0u) {
    let below_highest = vec3u(
      sums[highest.x].x - atomicLoad(&counts[highest.x]),
      sums[highest.y].y - atomicLoad(&counts[${LEVELS}u + highest.y]),
      sums[highest.z].z - atomicLoad(&counts[${2 * LEVELS}u + highest.z]),
    );
    let step = below_highest / 255u;
    let below = sums[level] - here;
    value = select(min(vec3u(255u), (below + step / 2u) / max(step, vec3u(1u))), own, step == vec3u());
  } else {
    let unit = vec3f(max(highest - lowest, vec3u(1u))) * ${Math.fround(1 / 255)};
    let stretched = floor(clamp(vec3f(vec3i(own) - vec3i(lowest)) / unit, vec3f(), vec3f(255.0)));
    value = select(vec3u(stretched), own, highest == lowest);
  }
  tables[${word(1)} * ${LEVELS}u + level] = packed(value);
}`;
  return { code, workgroups: [1, 1, list.count], uniform: [list.first] };
}
