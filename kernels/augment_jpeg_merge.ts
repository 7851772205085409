/**
 * Last part of a JPEG round trip: upsamples Cb and Cr to twice the sides ("fancy upsampling", jdsample.c) and
 * converts them with Y back to R, G, B (jdcolor.c), into the square. A thread handles four adjacent pixels of a row,
 * which share what they read.
 *
 * Job: 0 the square, 1 its planes.
 */
import { jobList, type Jobs, loadJob, pitchOf, pixels, RUN, squareGrid, word } from "./lib/augment.ts";
import { jpegPlanes } from "./lib/jpeg.ts";
import { type KernelSource, unroll, wgsl } from "./lib/source.ts";

export function augmentJpegMerge(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const pitch = pitchOf(side);
  const { luma, chroma, blue, red } = jpegPlanes(side);
  const last = Math.ceil(side / 2) - 1;
  const isDoubled = last < 2; // libjpeg simply doubles up to two columns
  const weighted = (i: number) => {
    const here = 1 + (i >> 1), beside = i % 2 ? here + 1 : here - 1;
    const rounding = i % 2 ? 7 : 8;
    return isDoubled ? `near_${here}` : `(3 * sum_${here} + sum_${beside} + ${rounding}) >> vec2u(4u)`;
  };
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read_write> x: array<u32>; // squares of [${side}, ${pitch}]
@group(0) @binding(3) var<storage, read> planes: array<u32>;

fn colored(level: u32, chroma: vec2i) -> u32 {
  let c = chroma - 128;
  let rgb = vec3i((91881 * c.y + 32768) >> 16u, (-22554 * c.x - 46802 * c.y + 32768) >> 16u, (116130 * c.x + 32768) >> 16u);
  return packed(vec3u(clamp(i32(level) + rgb, vec3i(), vec3i(255))));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(2)}
  let column = id.x * ${RUN}u;
  if (column >= ${side}u || id.y >= ${side}u) { return; }
  let origin = ${word(1)};
  let row = i32(id.y >> 1u);
  let beyond = clamp(row + select(-1, 1, (id.y & 1u) != 0u), 0, ${last});
  let near = origin + u32(row) * ${chroma}u;
  let far = origin + u32(beyond) * ${chroma}u;
  ${
    unroll(4, (i) =>
      `let at_${i} = u32(clamp(i32(column / 2u) + ${i - 1}, 0, ${last}));
  let near_${i} = vec2i(i32(planes[near + at_${i} + ${blue}u]), i32(planes[near + at_${i} + ${red}u]));
  let sum_${i} = 3 * near_${i} + vec2i(i32(planes[far + at_${i} + ${blue}u]), i32(planes[far + at_${i} + ${red}u]));`)
  }
  let from_luma = origin + id.y * ${luma}u + column;
  let to = ${word(0)} + id.y * ${pitch}u + column;
  ${
    unroll(RUN, (i) =>
      `if (column + ${i}u < ${side}u) { x[to + ${i}u] = colored(planes[from_luma + ${i}u], ${
        weighted(i)
      }); }`)
  }
}`;
  return { code, workgroups: squareGrid(side, list), uniform: [list.first] };
}
