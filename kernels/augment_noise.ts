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

const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]];
const KEYS = ["key.x", "key.y", "third"];

/** Five groups of four rounds, each followed by its keys, as straight-line code. */
const rounds = unroll(5, (group) => {
  const mixes = ROTATIONS[group % 2].map((bits) =>
    `a += b; b = ((b << ${bits}u) | (b >> ${32 - bits}u)) ^ a;`
  );
  return `${mixes.join(" ")} a += ${KEYS[(group + 1) % 3]}; b += ${KEYS[(group + 2) % 3]} + ${group + 1}u;`;
});

export function augmentNoise(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const pitch = pitchOf(side);
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read_write> x: array<u32>; // squares of [${side}, ${pitch}]

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let third = key.x ^ key.y ^ 0x1bd11bdau;
  var a = counter.x + key.x;
  var b = counter.y + key.y;
  ${rounds}
  return vec2u(a, b);
}
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
