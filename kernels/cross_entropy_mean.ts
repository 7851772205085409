/**
 * loss = sum of losses[n] / sum of weights, where the weight of row n is statistics[n].w; also writes the divisor,
 * which the gradient needs. One workgroup: lanes take every 64th row and add up as a tree. Without rows the loss is 0
 * / 0, NaN.
 */
import { groupReduce } from "./lib/reduce.ts";
import { type KernelSource, LINEAR, wgsl } from "./lib/source.ts";

export function crossEntropyMean(_: Record<never, never>): KernelSource {
  const code = wgsl`
${groupReduce}
@group(0) @binding(0) var<storage, read> losses: array<f32>; // [N]
@group(0) @binding(1) var<storage, read> statistics: array<vec4f>; // [N]
@group(0) @binding(2) var<storage, read_write> loss: array<f32>; // [1]
@group(0) @binding(3) var<storage, read_write> divisor: array<f32>; // [1]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f();
  for (var row = lane; row < arrayLength(&losses); row += ${LINEAR}u) {
    sums += vec2f(losses[row], statistics[row].w);
  }
  let total = group_sum(vec4f(sums, 0.0, 0.0), lane);
  if (lane != 0u) { return; }
  loss[0] = total.x / total.y;
  divisor[0] = total.y;
}`;
  return { code, workgroups: [1, 1, 1] };
}
