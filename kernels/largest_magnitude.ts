/**
 * The largest magnitude of a tensor, in two dispatches: threads look for that of their vectors and workgroups for that
 * of their threads, then one workgroup for that of all. Magnitudes are compared as the bits of their f32, which order
 * them as their values do, with NaN above infinity. A maximum does not depend on the order, so the result is the same
 * on every adapter.
 */
import { type KernelSource, LINEAR, uniformFields, wgsl } from "./lib/source.ts";

/** Workgroups of the first dispatch, a multiple of 4. */
export const LARGEST_PARTS = 256;

/** largest[part] = the bits of the largest magnitude in x's share, of `parts` in all. */
export function largestMagnitude({ vectors, parts }: { vectors: number; parts: number }): KernelSource {
  const fields = { vectors };
  const code = wgsl`
@group(0) @binding(0) var<storage, read> x: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> largest: array<u32>; // [parts]
${uniformFields(2, fields)}
var<workgroup> lanes: array<u32, ${LINEAR}>;

@compute @workgroup_size(${LINEAR})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var found = vec4u();
  for (var i = group.x * ${LINEAR}u + lane; i < u32(g.vectors); i += groups.x * ${LINEAR}u) {
    found = max(found, x[i] & vec4u(0x7fffffffu));
  }
  lanes[lane] = max(max(found.x, found.y), max(found.z, found.w));
  for (var step = ${LINEAR / 2}u; step > 0u; step >>= 1u) {
    workgroupBarrier();
    if (lane < step) { lanes[lane] = max(lanes[lane], lanes[lane + step]); }
  }
  if (lane == 0u) { largest[group.x] = lanes[0]; }
}`;
  return { code, workgroups: [parts, 1, 1], uniform: Object.values(fields) };
}
