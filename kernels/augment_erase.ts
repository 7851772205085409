/**
 * Sets a box of normalised images to one value. A thread does one pixel; those outside the box are left alone.
 *
 * A job: 0 the row of `images`, 1 top, 2 left, 3 height, 4 width, 5 to 7 the value (R, G, B).
 */
import { type Jobs, jobs } from "./lib/augment.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export function augmentErase(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const code = wgsl`
${jobs}
@group(0) @binding(2) var<storage, read_write> images: array<vec4f>; // [N, ${side}, ${side}]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let job = id.z;
  if (id.x >= ${side}u || id.y >= ${side}u) { return; }
  let is_across = id.x - word(job, 2u) < word(job, 4u); // large where it is left of the box
  if (!is_across || id.y - word(job, 1u) >= word(job, 3u)) { return; }
  let at = (word(job, 0u) * ${side}u + id.y) * ${side}u + id.x;
  images[at] = vec4f(number(job, 5u), number(job, 6u), number(job, 7u), 0.0);
}`;
  const groups = Math.ceil(side / 8);
  return { code, workgroups: [groups, groups, list.count], uniform: [list.first] };
}
