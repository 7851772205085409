/**
 * dlogits[n, c] = dcost[n] * (mass * softmax(logits)[n, c] - q[c]), where the mass is the sum of the row's factors q,
 * and dcost[n] the gradient with respect to the row's loss: dloss / divisor if the mean was taken, dcosts[n] if not.
 * Ignored rows and padded columns get 0. A thread handles four adjacent columns of one row.
 *
 * For any loss that depends only on the label's probability p (focal), q is the mass in the label's column and the
 * mass is -d loss / d log p: that is `slope`.
 */
import { type CrossEntropyOptions, crossEntropyTarget } from "./cross_entropy_target.ts";
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export interface CrossEntropyDgradOptions extends CrossEntropyOptions {
  readonly slope: boolean;
  /** Whether each row has its own gradient. */
  readonly ofRows: boolean;
}

export function crossEntropyDgrad(o: CrossEntropyDgradOptions): KernelSource {
  const code = wgsl`
${linearIndex}
${crossEntropyTarget(o)}
@group(0) @binding(3) var<storage, read> statistics: array<vec4f>; // [N]
#if ${o.ofRows}
@group(0) @binding(4) var<storage, read> dcosts: array<f32>; // [N]
fn dcost(row: u32) -> f32 { return dcosts[row]; }
#else
@group(0) @binding(4) var<storage, read> divisor: array<f32>; // [1]
@group(0) @binding(5) var<storage, read> dloss: array<f32>; // [1]
fn dcost(row: u32) -> f32 { return dloss[0] / divisor[0]; }
#endif
@group(0) @binding(6) var<storage, read_write> dlogits: array<Element4>; // [N, columns / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = linear_index(id, groups);
  if (at >= arrayLength(&dlogits)) { return; }
  let row = at / C4;
  let c = at % C4;
  let highest = statistics[row].x;
  let sum = statistics[row].y;
  let mass = statistics[row].z;
#if ${o.slope}
  let q = mass * target_at(row, c);
#else
  let q = factors_at(row, c);
#endif
  let p = exp(logits_at(row, c) - highest) / sum; // closer to q than the exponential of a logarithm
  let gradient = (mass * p - q) * dcost(row);
  dlogits[at] = store4(select(vec4f(), gradient, vec4<bool>(mass != 0.0)));
}`;
  return { code, workgroups: linearGrid(o.rows * o.columns / 4) };
}
