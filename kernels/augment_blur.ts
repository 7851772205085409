/**
 * One pass of a Gaussian blur of squares, along rows or columns, with reflected edges. The first pass reads levels
 * and writes f32 to `middle` (planes of R, G, B), the second reads these and rounds, ties to even. A thread handles
 * four adjacent pixels of a row, so that each weight is loaded once for all four.
 *
 * Job: 0 the square, 1 its planes in `middle`, 2 the weights of this pass, 3 their number, odd and less than twice
 * the side.
 */
import { jobList, type Jobs, loadJob, pitchOf, pixels, RUN, squareGrid, word } from "./lib/augment.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export interface AugmentBlurOptions {
  readonly jobs: Jobs;
  readonly side: number;
  readonly pass: "rows" | "columns";
}

export function augmentBlur({ jobs: list, side, pass }: AugmentBlurOptions): KernelSource {
  const pitch = pitchOf(side);
  const isFirst = pass === "rows";
  const plane = side * pitch;
  const reading = isFirst
    ? (i: number) => `vec3f(levels(x[start + id.y * ${pitch}u + reflected(i32(column) + ${i} + shift)]))`
    : (i: number) => {
      const at = `planes + reflected(i32(id.y) + shift) * ${pitch}u + column_${i}`;
      return `vec3f(middle[${at}], middle[${at} + ${plane}u], middle[${at} + ${2 * plane}u])`;
    };
  const writing = isFirst
    ? (i: number) =>
      `let to = planes + place + ${i}u;
    middle[to] = sum_${i}.x; middle[to + ${plane}u] = sum_${i}.y; middle[to + ${2 * plane}u] = sum_${i}.z;`
    : (i: number) => `x[start + place + ${i}u] = packed(vec3u(min(round(sum_${i}), vec3f(255.0))));`;
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read> data: array<u32>;
@group(0) @binding(3) var<storage, read_write> x: array<u32>; // squares of [${side}, ${pitch}]
@group(0) @binding(4) var<storage, read_write> middle: array<f32>; // [pictures, 3, ${side}, ${pitch}]
fn reflected(i: i32) -> u32 {
  let mirrored = abs(i);
  return u32(clamp(select(mirrored, ${2 * (side - 1)} - mirrored, mirrored >= ${side}), 0, ${side - 1}));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(4)}
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  let start = ${word(0)};
  let planes = ${word(1)};
  let weights = ${word(2)};
  let count = ${word(3)};
  let place = id.y * ${pitch}u + column;
  ${unroll(RUN, (i) => `let column_${i} = min(column + ${i}u, ${side - 1}u); var sum_${i} = vec3f();`)}
  for (var k = 0u; k < count; k++) {
    let weight = bitcast<f32>(data[weights + k]);
    let shift = i32(k) - i32(count / 2u);
    ${unroll(RUN, (i) => `sum_${i} = fma(${reading(i)}, vec3f(weight), sum_${i});`)}
  }
  ${unroll(RUN, (i) => `if (column + ${i}u < ${side}u) { ${writing(i)} }`)}
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
