/** dx[n, h, w, c] = dy[n, c] / (H * W). A thread handles four adjacent channels of one pixel. */
import { element4, type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";
import type { GlobalAvgPoolOptions } from "./global_avg_pool_forward.ts";

export function globalAvgPoolDgrad({ type, count, pixels, channels }: GlobalAvgPoolOptions): KernelSource {
  const c4 = channels / 4;
  const code = wgsl`
${element4(type)}
${linearIndex}
@group(0) @binding(0) var<storage, read> dy: array<Element4>; // [N, C / 4]
@group(0) @binding(1) var<storage, read_write> dx: array<Element4>; // [N, H * W, C / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linear_index(id, groups);
  if (at >= arrayLength(&dx)) { return; }
  dx[at] = store4(load4(dy[at / ${pixels * c4}u * ${c4}u + at % ${c4}u]) / ${pixels}.0);
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
