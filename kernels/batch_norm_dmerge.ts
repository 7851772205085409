/** Adds the chunks of batch_norm_dsums: dbias = sum dy, dweight = sum dy * xhat. Lanes as in batch_norm_merge.ts. */
import { mergeChunks, mergeGrid, type MergeLanes } from "./lib/columns.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormDmerge({ channels, lanes }: { channels: number; lanes: MergeLanes }): KernelSource {
  const code = wgsl`
@group(0) @binding(0) var<storage, read> partial: array<vec4f>; // [chunks, (dy, dy * xhat), C / 4]
@group(0) @binding(1) var<storage, read_write> dweight: array<vec4f>; // [C / 4]
@group(0) @binding(2) var<storage, read_write> dbias: array<vec4f>; // [C / 4]
${mergeChunks(channels, 2, lanes)}

@compute @workgroup_size(${lanes.columns}, ${lanes.chunks})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let lane = vec2u(id.x % ${lanes.columns}u, id.y);
  let chunks = chunk_count();
  let c = min(id.x, C4 - 1u); // a lane behind the last channel repeats it, as all must reach the barriers
  var sum = vec4f();
  var product = vec4f();
  for (var chunk = lane.y; chunk < chunks; chunk += ${lanes.chunks}u) {
    sum += partial[partial_at(chunk, 0u, c)];
    product += partial[partial_at(chunk, 1u, c)];
  }
  let totals = sum_lanes(Pair(sum, product), lane);
  if (lane.y > 0u || id.x >= C4) { return; }
  dbias[c] = totals[0];
  dweight[c] = totals[1];
}`;
  return { code, workgroups: mergeGrid(channels, lanes) };
}
