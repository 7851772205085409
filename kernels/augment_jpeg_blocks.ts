/**
 * Second part of a JPEG round trip: each 8 x 8 block goes through libjpeg's accurate integer DCT (jfdctint.c), has
 * its coefficients rounded to multiples of the quantisation steps, and goes back (jidctint.c), in place. A thread
 * handles a whole block in registers, without barriers: 16 transforms of 8 values in each direction.
 *
 * Job: 0 its planes, 1 the quantisation steps, [64] for Y and [64] for Cb and Cr, row by row.
 */
import { jobList, type Jobs, loadJob, word } from "./lib/augment.ts";
import { jpegPlanes } from "./lib/jpeg.ts";
import { type KernelSource, LINEAR, unroll, wgsl } from "./lib/source.ts";

const eight = (text: (i: number) => string) => Array.from({ length: 8 }, (_, i) => text(i)).join(", ");

/** WGSL: the DCT of eight values, with names as in src/data/transforms/jpeg_dct.ts. */
const forward = (first: boolean) => {
  const bits = first ? 11 : 15;
  const even = (value: string) => first ? `(${value}) << 2u` : `descaled(${value}, 2u)`;
  return `fn forward_${first ? "row" : "column"}(d: array<i32, 8>) -> array<i32, 8> {
  let tmp0 = d[0] + d[7]; let tmp1 = d[1] + d[6]; let tmp2 = d[2] + d[5]; let tmp3 = d[3] + d[4];
  let tmp4 = d[3] - d[4]; let tmp5 = d[2] - d[5]; let tmp6 = d[1] - d[6]; let tmp7 = d[0] - d[7];
  let tmp10 = tmp0 + tmp3; let tmp13 = tmp0 - tmp3; let tmp11 = tmp1 + tmp2; let tmp12 = tmp1 - tmp2;
  let even = (tmp12 + tmp13) * 4433;
  let z5 = (tmp4 + tmp6 + tmp5 + tmp7) * 9633;
  let z1 = -(tmp4 + tmp7) * 7373; let z2 = -(tmp5 + tmp6) * 20995;
  let z3 = z5 - (tmp4 + tmp6) * 16069; let z4 = z5 - (tmp5 + tmp7) * 3196;
  return array<i32, 8>(
    ${even("tmp10 + tmp11")}, descaled(tmp7 * 12299 + z1 + z4, ${bits}u),
    descaled(even + tmp13 * 6270, ${bits}u), descaled(tmp6 * 25172 + z2 + z3, ${bits}u),
    ${even("tmp10 - tmp11")}, descaled(tmp5 * 16819 + z2 + z4, ${bits}u),
    descaled(even - tmp12 * 15137, ${bits}u), descaled(tmp4 * 2446 + z1 + z3, ${bits}u),
  );
}`;
};

/** WGSL: the inverse DCT of eight values. */
const inverse = (first: boolean) => {
  const bits = first ? 11 : 18;
  const pair = (
    a: string,
    b: string,
  ) => [`descaled(${a} + ${b}, ${bits}u)`, `descaled(${a} - ${b}, ${bits}u)`];
  const [d0, d7] = pair("tmp10", "tmp3"), [d1, d6] = pair("tmp11", "tmp2");
  const [d2, d5] = pair("tmp12", "tmp1"), [d3, d4] = pair("tmp13", "tmp0");
  return `fn inverse_${first ? "column" : "row"}(d: array<i32, 8>) -> array<i32, 8> {
  let even = (d[2] + d[6]) * 4433;
  let low = even - d[6] * 15137; let high = even + d[2] * 6270;
  let sum = (d[0] + d[4]) << 13u; let rest = (d[0] - d[4]) << 13u;
  let tmp10 = sum + high; let tmp13 = sum - high; let tmp11 = rest + low; let tmp12 = rest - low;
  let z5 = (d[7] + d[3] + d[5] + d[1]) * 9633;
  let z1 = -(d[7] + d[1]) * 7373; let z2 = -(d[5] + d[3]) * 20995;
  let z3 = z5 - (d[7] + d[3]) * 16069; let z4 = z5 - (d[5] + d[1]) * 3196;
  let tmp0 = d[7] * 2446 + z1 + z3; let tmp1 = d[5] * 16819 + z2 + z4;
  let tmp2 = d[3] * 25172 + z2 + z3; let tmp3 = d[1] * 12299 + z1 + z4;
  return array<i32, 8>(${[d0, d1, d2, d3, d4, d5, d6, d7].join(", ")});
}`;
};

export function augmentJpegBlocks(
  { jobs: list, side }: { readonly jobs: Jobs; readonly side: number },
): KernelSource {
  const { luma, chroma, blue } = jpegPlanes(side);
  const large = luma / 8, small = chroma / 8;
  const count = large * large + 2 * small * small;
  const code = wgsl`
${jobList}
@group(0) @binding(2) var<storage, read> data: array<u32>;
@group(0) @binding(3) var<storage, read_write> planes: array<u32>;

fn descaled(value: i32, bits: u32) -> i32 { return (value + (1 << (bits - 1u))) >> bits; }
${forward(true)}
${forward(false)}
${inverse(true)}
${inverse(false)}
/** The multiple of the step nearest to a coefficient that is 8 times too large, ties away from 0. */
fn quantized(value: i32, steps: u32) -> i32 {
  let step = i32(data[steps]);
  let count = i32(floor((f32(abs(value) + 4 * step) + 0.5) / f32(8 * step))); // 0.5 absorbs rounding errors
  return select(count, -count, value < 0) * step;
}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${loadJob(2)}
  let block = id.x;
  if (block >= ${count}u) { return; }
  let is_small = block >= ${large * large}u;
  let in_chroma = block - ${large * large}u;
  let plane = select(0u, in_chroma / ${small * small}u, is_small);
  let in_plane = select(block, in_chroma - plane * ${small * small}u, is_small);
  let across = select(${large}u, ${small}u, is_small);
  let stride = across * 8u;
  let top = in_plane / across;
  let left = in_plane - top * across;
  let origin = ${word(0)} + select(0u, ${blue}u + plane * ${
    chroma * chroma
  }u, is_small) + (top * stride + left) * 8u;
  let steps = ${word(1)} + select(0u, 64u, is_small);
  ${
    unroll(8, (r) =>
      `let at_${r} = origin + ${r}u * stride;
  let row_${r} = forward_row(array<i32, 8>(${eight((c) => `i32(planes[at_${r} + ${c}u]) - 128`)}));`)
  }
  ${unroll(8, (c) => `let column_${c} = forward_column(array<i32, 8>(${eight((r) => `row_${r}[${c}]`)}));`)}
  ${
    unroll(8, (c) =>
      `let kept_${c} = inverse_column(array<i32, 8>(${
        eight((r) =>
          `quantized(column_${c}[${r}], steps + ${8 * r + c}u)`
        )
      }));`)
  }
  ${
    unroll(8, (r) =>
      `let back_${r} = inverse_row(array<i32, 8>(${eight((c) => `kept_${c}[${r}]`)}));
  ${unroll(8, (c) => `planes[at_${r} + ${c}u] = u32(clamp(back_${r}[${c}] + 128, 0, 255));`)}`)
  }
}`;
  return { code, workgroups: [Math.ceil(count / LINEAR), 1, list.count], uniform: [list.first] };
}
