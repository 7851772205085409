/**
 * Writes one row of the results: (loss * rows, rows, top-1 correct, top-k correct), where rows excludes ignored ones.
 * The index of the row comes from a buffer, so that a recorded step can be replayed; it wraps around. One workgroup:
 * lanes take every 64th row of the batch and add up as a tree.
 */
import { IGNORED } from "./cross_entropy_target.ts";
import { groupReduce } from "./lib/reduce.ts";
import { type KernelSource, LINEAR, wgsl } from "./lib/source.ts";

export interface TallyKernelOptions {
  readonly k: number;
  /** The scalar that holds the index of the row. */
  readonly slot: number;
}

export function tally({ k, slot }: TallyKernelOptions): KernelSource {
  const code = wgsl`
${groupReduce}
@group(0) @binding(0) var<storage, read> ranks: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> loss: array<f32>; // [1]
@group(0) @binding(2) var<storage, read> scalars: array<f32>;
@group(0) @binding(3) var<storage, read_write> results: array<vec4f>; // [slots]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(local_invocation_index) lane: u32) {
  var counts = vec3f();
  for (var row = lane; row < arrayLength(&ranks); row += ${LINEAR}u) {
    let rank = ranks[row];
    counts += select(vec3f(), vec3f(1.0), vec3(rank != ${IGNORED}u, rank == 0u, rank < ${k}u));
  }
  let total = group_sum(vec4f(counts, 0.0), lane);
  if (lane != 0u) { return; }
  let slot = u32(scalars[${slot}]) % arrayLength(&results);
  results[slot] = vec4f(loss[0] * total.x, total.xyz);
}`;
  return { code, workgroups: [1, 1, 1] };
}
