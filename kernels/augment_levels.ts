/**
 * What the levels of each channel become when its histogram is equalised, as in Pillow, or its levels are stretched
 * to 0 .. 255, as in torchvision's tensor backend. One workgroup for each channel of an image. To equalise, each lane
 * counts on its own; then all walk through the counts, and each writes every sixteenth entry. To stretch, which needs
 * the ends alone, a lane counts its own lowest and highest level once: on software adapters to count all takes longer
 * than a resize. There a loop of no steps leaves out the other way, which a branch would not.
 *
 * Job: 0 the square, 1 the image's index in `tables`, 2 whether to equalise.
 */
import { jobList, type Jobs, loadJob, pitchOf, RUN, word } from "./lib/augment.ts";
import { LEVELS } from "./lib/augment_color.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

/** Lanes of a workgroup, whose counts fill the memory that every adapter has. */
const LANES = 16;

export function augmentLevels(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const runs = pitchOf(side) / RUN;
  const last = (side - 1) % RUN;
  const count = (i: number) => {
    const at = `((four.${"xyzw"[i]} >> shift) & 255u) * ${LANES}u + lane`;
    return `${i > last ? "if (isWhole)" : ""} { counts[${at}] += 1u; }`;
  };
  const compare = (i: number) => {
    const level = i > last ? `select(least, four.${"xyzw"[i]}, isWhole)` : `four.${"xyzw"[i]}`;
    return `{ let level = ${level}; least = min(least, level); most = max(most, level); }`;
  };
  const code = wgsl`
${jobList}
@group(0) @binding(2) var<storage, read> x: array<vec4u>; // squares of [${side}, ${runs}]
@group(0) @binding(3) var<storage, read_write> tables: array<u32>; // [pictures, 3, ${LEVELS}]
var<workgroup> counts: array<u32, ${LANES * LEVELS}>; // [levels, lanes]; in the end lane 0 has the sums

@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) id: vec3u) {
  ${loadJob(3)}
  let start = ${word(0)} / ${RUN}u;
  let shift = 8u * id.y;
  let equalizes = ${word(2)} != 0u;
  let counted = select(0u, ${side * runs}u, equalizes);
  for (var run = lane; run < counted; run += ${LANES}u) {
    let four = x[start + run];
#if ${last < RUN - 1}
    let isWhole = run % ${runs}u < ${runs - 1}u;
#endif
    ${unroll(RUN, count)}
  }
  var least = (x[start].x >> shift) & 255u;
  var most = least;
  for (var run = counted + lane; run < ${side * runs}u; run += ${LANES}u) {
    let four = (x[start + run] >> vec4u(shift)) & vec4u(255u);
#if ${last < RUN - 1}
    let isWhole = run % ${runs}u < ${runs - 1}u;
#endif
    ${unroll(RUN, compare)}
  }
  counts[least * ${LANES}u + lane] += u32(!equalizes);
  counts[most * ${LANES}u + lane] += u32(!equalizes);
  workgroupBarrier();
  for (var level = lane; level < ${LEVELS}u; level += ${LANES}u) {
    let first = level * ${LANES}u;
    counts[first] = ${Array.from({ length: LANES }, (_, k) => `counts[first + ${k}u]`).join(" + ")};
  }
  workgroupBarrier();
  var lowest = 255u;
  var highest = 0u;
  for (var level = 0u; level < ${LEVELS}u; level++) {
    if (counts[level * ${LANES}u] > 0u) {
      lowest = min(lowest, level);
      highest = level;
    }
  }
  let step = (${side * side}u - counts[highest * ${LANES}u]) / 255u;
  let unit = f32(max(highest - lowest, 1u)) * ${Math.fround(1 / 255)};
  let entries = (${word(1)} * 3u + id.y) * ${LEVELS}u;
  var below = step / 2u;
  for (var level = 0u; level < ${LEVELS}u; level++) {
    let equalized = select(min(below / max(step, 1u), 255u), level, step == 0u);
    let stretched = floor(clamp((f32(level) - f32(lowest)) / unit, 0.0, 255.0));
    let value = select(select(u32(stretched), level, highest == lowest), equalized, equalizes);
    if (level % ${LANES}u == lane) { tables[entries + level] = value; }
    below += counts[level * ${LANES}u];
  }
}`;
  return { code, workgroups: [1, 3, list.count], uniform: [list.first] };
}
