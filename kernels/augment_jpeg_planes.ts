/**
 * First part of a JPEG round trip: squares to Y, Cb and Cr in libjpeg's integers (jccolor.c, jcsample.c); Cb and Cr
 * are averaged over 2 x 2 pixels. Blocks that extend beyond the image repeat its last column and row, those of Cb and
 * Cr the last row of averages. A thread handles the 2 x 2 pixels of one Cb and Cr.
 *
 * Job: 0 the square, 1 its planes.
 */
import { jobList, type Jobs, loadJob, pitchOf, pixels, word } from "./lib/augment.ts";
import { jpegPlanes } from "./lib/jpeg.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export function augmentJpegPlanes(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const pitch = pitchOf(side);
  const { luma, chroma, blue, red } = jpegPlanes(side);
  const rows = Math.ceil(side / 2);
  const code = wgsl`
${jobList}
${pixels}
@group(0) @binding(2) var<storage, read> x: array<u32>; // squares of [${side}, ${pitch}]
@group(0) @binding(3) var<storage, read_write> planes: array<u32>;

fn weighted(v: vec3i, weights: vec3i, rounding: i32) -> u32 {
  let sum = v * weights;
  return u32((sum.x + sum.y + sum.z + rounding) >> 16u);
}
fn luma_of(v: vec3i) -> u32 { return weighted(v, vec3i(19595, 38470, 7471), 32768); }
fn chroma_of(v: vec3i) -> vec2u {
  const center = ${(128 << 16) + 32767};
  return vec2u(weighted(v, vec3i(-11059, -21709, 32768), center), weighted(v, vec3i(32768, -27439, -5329), center));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(2)}
  if (id.x >= ${chroma}u || id.y >= ${chroma}u) { return; }
  let start = ${word(0)};
  let planes_at = ${word(1)};
  let column = 2u * id.x;
  let row = 2u * min(id.y, ${rows - 1}u);
  let left = start + min(column, ${side - 1}u);
  let right = start + min(column + 1u, ${side - 1}u);
  let above = row * ${pitch}u;
  let below = min(row + 1u, ${side - 1}u) * ${pitch}u;
  let nw = vec3i(levels(x[left + above]));
  let ne = vec3i(levels(x[right + above]));
  let sw = vec3i(levels(x[left + below]));
  let se = vec3i(levels(x[right + below]));
  let sum = chroma_of(nw) + chroma_of(ne) + chroma_of(sw) + chroma_of(se);
  let mean = (sum + 1u + (id.x & 1u)) >> vec2u(2u);
  let small = planes_at + id.y * ${chroma}u + id.x;
  planes[small + ${blue}u] = mean.x;
  planes[small + ${red}u] = mean.y;
  if (column >= ${luma}u || 2u * id.y >= ${luma}u) { return; } // the sides are even
  let is_beyond = id.y >= ${rows}u;
  let large = planes_at + 2u * id.y * ${luma}u + column;
  planes[large] = luma_of(select(nw, sw, is_beyond));
  planes[large + 1u] = luma_of(select(ne, se, is_beyond));
  planes[large + ${luma}u] = luma_of(sw);
  planes[large + ${luma + 1}u] = luma_of(se);
}`;
  const groups = chroma / 8;
  return { code, workgroups: [groups, groups, list.count], uniform: [list.first] };
}
