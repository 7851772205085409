/**
 * Measures how many multiply-adds per second the adapter performs in registers: the denominator of a kernel's share
 * of peak.
 *
 * A thread keeps `accumulators` named f32 values, and each step multiplies and adds all of them; they are
 * independent, so that the FMA units stay full. `steps` steps are unrolled, because each loop iteration costs a check
 * of its counter; `rounds` iterations are run. One value per thread is stored at the end, so that no step can be
 * optimised away.
 */
import { type KernelSource, LINEAR, unroll, wgsl } from "./lib/source.ts";

export interface FmaProbe {
  readonly accumulators: number;
  readonly steps: number;
  readonly rounds: number;
  /** Workgroups of LINEAR threads. */
  readonly groups: number;
}

/** Floating-point operations of one launch; a multiply-add counts as two. */
export function fmaOperations({ accumulators, steps, rounds, groups }: FmaProbe): number {
  return 2 * accumulators * steps * rounds * groups * LINEAR;
}

export function probeFma({ accumulators, steps, rounds, groups }: FmaProbe): KernelSource {
  const code = wgsl`
@group(0) @binding(0) var<storage, read> factors: array<f32>; // [2], near 1 and near 0
@group(0) @binding(1) var<storage, read_write> sums: array<f32>; // one a thread

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = factors[0];
  let b = factors[1];
  let start = f32(id.x) * b;
  ${unroll(accumulators, (i) => `var acc${i} = start + ${i}.0;`)}
  for (var round = 0; round < ${rounds}; round++) {
    ${unroll(steps, () => unroll(accumulators, (i) => `acc${i} = fma(acc${i}, a, b);`))}
  }
  sums[id.x] = ${Array.from({ length: accumulators }, (_, i) => `acc${i}`).join(" + ")};
}`;
  return { code, workgroups: [groups, 1, 1] };
}
