/**
 * Gaussian noise on the levels of squares, in place. Threefry-2x32 (src/base/rng.ts), with the job's key and the
 * pixel's index as counter, produces the words that Box-Muller turns into three normal numbers. A thread handles four
 * adjacent pixels of a row.
 *
 * Job: 0 the square, 1 the standard deviation in levels, 2, 3 the key.
 */
import {
  jobList,
  type Jobs,
  loadJob,
  number,
  pitchOf,
  pixels,
  RUN,
  squareGrid,
  word,
} from "./lib/augment.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";
import { threefry } from "./lib/threefry.ts";

export function augmentNoise(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const pitch = pitchOf(side);
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read_write> x: array<u32>; // squares of [${side}, ${pitch}]

${threefry}
fn normals(words: vec2u) -> vec2f {
  let unit = vec2f(words >> vec2u(8u)) * ${2 ** -24};
  let angle = ${Math.fround(2 * Math.PI)} * unit.y;
  return sqrt(-2.0 * log(unit.x + ${2 ** -24})) * vec2f(cos(angle), sin(angle));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(4)}
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  let sigma = ${number(1)};
  let key = vec2u(${word(2)}, ${word(3)});
  let place = id.y * ${side}u + column;
  let start = ${word(0)} + id.y * ${pitch}u + column;
  ${
    unroll(RUN, (i) =>
      `if (column + ${i}u < ${side}u) {
    let noise = vec3f(normals(threefry(key, vec2u(place + ${i}u, 0u))), normals(threefry(key, vec2u(place + ${i}u, 1u))).x);
    let noisy = round(vec3f(levels(x[start + ${i}u])) + sigma * noise);
    x[start + ${i}u] = packed(vec3u(clamp(noisy, vec3f(), vec3f(255.0))));
  }`)
  }
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
