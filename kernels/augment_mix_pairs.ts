/**
 * Mixes the images of a pair with each other: own * x[a] + (1 - own) * x[b] in a box of a, and the reverse in a box of
 * b, in place. A thread goes down every eighth pixel of a column, so that it loads its job once and both images before
 * it writes either.
 *
 * Job: 0 row a, 1 row b, 2 own of a, 3 top, 4 left, 5 height, 6 width of its box, 7 own of b, 8 to 11 likewise.
 */
import { jobList, type Jobs, loadJob, number, word } from "./lib/augment.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export function augmentMixPairs(
  { jobs, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const box = (i: number) => `vec4u(${word(i)}, ${word(i + 1)}, ${word(i + 2)}, ${word(i + 3)})`;
  const code = wgsl`
${jobList}
@group(0) @binding(2) var<storage, read_write> images: array<vec4f>; // [N, ${side}, ${side}]

// box: top, left, height, width
fn is_in(box: vec4u, y: u32, x: u32) -> bool {
  return y >= box.x && y < box.x + box.z && x >= box.y && x < box.y + box.w;
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(12)}
  if (id.x >= ${side}u) { return; }
  let a_box = ${box(3)};
  let b_box = ${box(8)};
  for (var y = id.y; y < ${side}u; y += 8u) {
    let a_in = is_in(a_box, y, id.x);
    let b_in = is_in(b_box, y, id.x);
    if (!(a_in || b_in)) { continue; }
    let a_at = (${word(0)} * ${side}u + y) * ${side}u + id.x;
    let b_at = (${word(1)} * ${side}u + y) * ${side}u + id.x;
    let a = images[a_at];
    let b = images[b_at];
    images[a_at] = select(a, ${number(2)} * a + (1.0 - ${number(2)}) * b, a_in);
    images[b_at] = select(b, ${number(7)} * b + (1.0 - ${number(7)}) * a, b_in);
  }
}`;
  return { code, workgroups: [Math.ceil(side / 8), 1, jobs.count], uniform: [jobs.first] };
}
