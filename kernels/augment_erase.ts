/**
 * Sets a box of normalised images to one value. A thread handles one pixel; pixels outside the box are left
 * unchanged.
 *
 * Job: 0 the row of `images`, 1 top, 2 left, 3 height, 4 width, 5 to 7 the value (R, G, B).
 */
import { jobList, type Jobs, loadJob, number, word } from "./lib/augment.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export function augmentErase(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const code = wgsl`
${jobList}
@group(0) @binding(2) var<storage, read_write> images: array<vec4f>; // [N, ${side}, ${side}]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(8)}
  if (id.x >= ${side}u || id.y >= ${side}u) { return; }
  let is_across = id.x - ${word(2)} < ${word(4)}; // large where it is left of the box
  if (!is_across || id.y - ${word(1)} >= ${word(3)}) { return; }
  let at = (${word(0)} * ${side}u + id.y) * ${side}u + id.x;
  images[at] = vec4f(${number(5)}, ${number(6)}, ${number(7)}, 0.0);
}`;
  const groups = Math.ceil(side / 8);
  return { code, workgroups: [groups, groups, list.count], uniform: [list.first] };
}
