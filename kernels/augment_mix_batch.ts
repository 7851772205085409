/**
 * Mixes the images of a batch with those of the row before, the first with the last: own * x[n] + (1 - own) * x[n - 1]
 * in a box, in place. A thread goes through the batch at one position, so that it still knows the row before.
 *
 * Job: 0 rows of the batch, 1 own, 2 top, 3 left, 4 height, 5 width of the box.
 */
import { jobList, type Jobs, loadJob, number, word } from "./lib/augment.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export function augmentMixBatch(
  { jobs, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const code = wgsl`
${jobList}
@group(0) @binding(2) var<storage, read_write> images: array<vec4f>; // [N, ${side}, ${side}]

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(6)}
  if (id.x >= ${word(5)} || id.y >= ${word(4)}) { return; }
  let rows = ${word(0)};
  let own = ${number(1)};
  let place = (${word(2)} + id.y) * ${side}u + ${word(3)} + id.x;
  var before = images[(rows - 1u) * ${side * side}u + place];
  for (var row = 0u; row < rows; row++) {
    let at = row * ${side * side}u + place;
    let here = images[at];
    images[at] = own * here + (1.0 - own) * before;
    before = here;
  }
}`;
  return { code, workgroups: [Math.ceil(side / 8), Math.ceil(side / 8), 1], uniform: [jobs.first] };
}
