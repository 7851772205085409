/** Shared by the kernels that merge the chunks of batch_norm_statistics. */
import { mergeChunks, type MergeLanes } from "./columns.ts";

/**
 * WGSL for {@link MergeLanes}: the beginning of `main`, after which a thread has the sums of a vector of channels `c` over
 * all chunks of `partial`, [chunks, (rows, mean, lost, deviations), C / 4]: `rows`, `about` (the mean but for its rounding
 * error), and `spread`, the sums of the deviations from it and of their squares.
 */
export function mergedChunks(channels: number, lanes: MergeLanes): string {
  return `${mergeChunks(channels, 4, lanes)}

@compute @workgroup_size(${lanes.columns}, ${lanes.chunks})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let lane = vec2u(id.x % ${lanes.columns}u, id.y);
  let chunks = chunk_count();
  let c = min(id.x, C4 - 1u); // a lane behind the last channel repeats it, as all must reach the barriers
  var counted = vec4f();
  var sum = vec4f();
  for (var chunk = lane.y; chunk < chunks; chunk += ${lanes.chunks}u) {
    let count = partial[partial_at(chunk, 0u, c)];
    counted += count;
    sum = fma(count, partial[partial_at(chunk, 1u, c)], sum);
  }
  let totals = sum_lanes(Pair(counted, sum), lane);
  let rows = totals[0];
  let about = totals[1] / rows;
  var lost = vec4f();
  var deviations = vec4f();
  for (var chunk = lane.y; chunk < chunks; chunk += ${lanes.chunks}u) {
    let count = partial[partial_at(chunk, 0u, c)];
    let shift = partial[partial_at(chunk, 1u, c)] - about;
    let rest = partial[partial_at(chunk, 2u, c)];
    lost += fma(count, shift, rest);
    deviations += partial[partial_at(chunk, 3u, c)] + shift * fma(count, shift, 2.0 * rest);
  }
  let spread = sum_lanes(Pair(lost, deviations), lane);
  if (lane.y > 0u || id.x >= C4) { return; }`;
}
