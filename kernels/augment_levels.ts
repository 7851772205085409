/**
 * What the levels of each channel become when its histogram is equalised, as in Pillow, or its levels are stretched
 * to 0 .. 255, as in torchvision's tensor backend. One workgroup for each image, whose lanes count
 * together; integer sums do not depend on their order. Then each lane makes the entries of a few levels of a channel. To
 * stretch needs the ends alone: a lane counts its own lowest and highest level once. There a loop of no steps leaves out
 * the other way, which on software adapters a branch would not.
 *
 * Job: 0 the square, 1 the image's index in `tables`, 2 whether to equalise.
 */
import { jobList, type Jobs, loadJob, pitchOf, pixels, RUN, word } from "./lib/augment.ts";
import { LEVELS } from "./lib/augment_color.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

/** Levels whose entries a lane makes, the lanes of a channel, and those of a workgroup. */
const OWN = 4, CHANNEL_LANES = LEVELS / OWN, LANES = 3 * CHANNEL_LANES;

export function augmentLevels(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const runs = pitchOf(side) / RUN;
  const last = (side - 1) % RUN;
  const levelsAt = (i: number) => `levels(four.${"xyzw"[i]})`;
  const count = (i: number) => `${i > last ? "if (isWhole)" : ""} { count(${levelsAt(i)}, 1u); }`;
  const compare = (i: number) => {
    const at = i > last ? `select(least, ${levelsAt(i)}, isWhole)` : levelsAt(i);
    return `{ let at = ${at}; least = min(least, at); most = max(most, at); }`;
  };
  const counted = Array.from({ length: OWN }, (_, i) => `count_${i}`);
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read> x: array<vec4u>; // squares of [${side}, ${runs}]
@group(0) @binding(3) var<storage, read_write> tables: array<u32>; // [pictures, 3, ${LEVELS}]
var<workgroup> counts: array<atomic<u32>, ${3 * LEVELS}>; // [channels, levels]
var<workgroup> sums: array<u32, ${LANES}>; // of the lanes' levels
var<workgroup> highest: array<atomic<u32>, 3>; // level that occurs
var<workgroup> lowest_down: array<atomic<u32>, 3>; // from the highest of all levels to the lowest that occurs

fn count(at: vec3u, by: u32) {
  atomicAdd(&counts[at.x], by);
  atomicAdd(&counts[${LEVELS}u + at.y], by);
  atomicAdd(&counts[${2 * LEVELS}u + at.z], by);
}

@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) id: vec3u) {
  ${loadJob(3)}
  let start = ${word(0)} / ${RUN}u;
  let equalizes = ${word(2)} != 0u;
  let counted_runs = select(0u, ${side * runs}u, equalizes);
  for (var run = lane; run < counted_runs; run += ${LANES}u) {
    let four = x[start + run];
#if ${last < RUN - 1}
    let isWhole = run % ${runs}u < ${runs - 1}u;
#endif
    ${unroll(RUN, count)}
  }
  var least = levels(x[start].x);
  var most = least;
  for (var run = counted_runs + lane; run < ${side * runs}u; run += ${LANES}u) {
    let four = x[start + run];
#if ${last < RUN - 1}
    let isWhole = run % ${runs}u < ${runs - 1}u;
#endif
    ${unroll(RUN, compare)}
  }
  count(least, u32(!equalizes));
  count(most, u32(!equalizes));
  workgroupBarrier();
  let channel = lane / ${CHANNEL_LANES}u;
  let first = lane % ${CHANNEL_LANES}u * ${OWN}u;
  ${unroll(OWN, (i) => `let count_${i} = atomicLoad(&counts[channel * ${LEVELS}u + first + ${i}u]);`)}
  sums[lane] = ${counted.join(" + ")};
  ${
    unroll(OWN, (i) =>
      `if (count_${i} > 0u) {
    atomicMax(&highest[channel], first + ${i}u);
    atomicMax(&lowest_down[channel], ${LEVELS - 1 - i}u - first);
  }`)
  }
  workgroupBarrier();
  let top = atomicLoad(&highest[channel]);
  let bottom = ${LEVELS - 1}u - atomicLoad(&lowest_down[channel]);
  let step = (${side * side}u - atomicLoad(&counts[channel * ${LEVELS}u + top])) / 255u;
  let unit = f32(max(top - bottom, 1u)) * ${Math.fround(1 / 255)};
  let entries = (${word(1)} * 3u + channel) * ${LEVELS}u + first;
  var below = step / 2u;
  for (var before = channel * ${CHANNEL_LANES}u; before < lane; before++) { below += sums[before]; }
  ${
    unroll(OWN, (i) =>
      `{
    let level = first + ${i}u;
    let equalized = select(min(below / max(step, 1u), 255u), level, step == 0u);
    let stretched = floor(clamp((f32(level) - f32(bottom)) / unit, 0.0, 255.0));
    let value = select(select(u32(stretched), level, top == bottom), equalized, equalizes);
    tables[entries + ${i}u] = value;
    below += count_${i};
  }`)
  }
}`;
  return { code, workgroups: [1, 1, list.count], uniform: [list.first] };
}
