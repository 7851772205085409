/**
 * loss = sum of (1 - exp(-costs[n]))^gamma * costs[n] over the rows that count, divided by their number; also writes
 * that divisor, which the gradient needs. One workgroup: lanes take every 64th row and add up as a tree. Without rows
 * the loss is 0 / 0, NaN.
 */
import { IGNORED } from "./cross_entropy_target.ts";
import { focus, restOf } from "./lib/focus.ts";
import { groupReduce } from "./lib/reduce.ts";
import { type KernelSource, LINEAR, wgsl } from "./lib/source.ts";

export function focalMeanForward({ gamma }: { readonly gamma: number }): KernelSource {
  const code = wgsl`
${groupReduce}
${focus(gamma)}
${restOf}
@group(0) @binding(0) var<storage, read> costs: array<f32>; // [N]
@group(0) @binding(1) var<storage, read> labels: array<u32>; // [N]
@group(0) @binding(2) var<storage, read_write> loss: array<f32>; // [1]
@group(0) @binding(3) var<storage, read_write> divisor: array<f32>; // [1]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec2f(); // losses, rows
  for (var row = lane; row < arrayLength(&costs); row += ${LINEAR}u) {
    let cost = costs[row];
    if (labels[row] != ${IGNORED}u) { sums += vec2f(focus(rest_of(cost)) * cost, 1.0); }
  }
  let total = group_sum(vec4f(sums, 0.0, 0.0), lane);
  if (lane != 0u) { return; }
  loss[0] = total.x / total.y;
  divisor[0] = total.y;
}`;
  return { code, workgroups: [1, 1, 1] };
}
