/**
 * labels[n] = the class with the largest probability of row n, on a tie the one with the lowest index; a row without
 * any probability is marked as ignored. A thread handles a row.
 */
import { IGNORED } from "./cross_entropy_target.ts";
import { type KernelSource, LINEAR, linearGrid, linearIndex, wgsl } from "./lib/source.ts";

export interface TopClassOptions {
  readonly classes: number;
  /** Classes, padded to a multiple of 4. */
  readonly columns: number;
  /** Rows of the batch; not part of the code. */
  readonly rows: number;
}

export function topClass({ classes, columns, rows }: TopClassOptions): KernelSource {
  const code = wgsl`
${linearIndex}
@group(0) @binding(0) var<storage, read> probabilities: array<f32>; // [N, columns]
@group(0) @binding(1) var<storage, read_write> labels: array<u32>; // [N]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = linear_index(id, groups);
  if (row >= arrayLength(&labels)) { return; }
  var label = ${IGNORED}u;
  var largest = 0.0;
  for (var c = 0u; c < ${classes}u; c++) {
    let probability = probabilities[row * ${columns}u + c];
    label = select(label, c, probability > largest);
    largest = select(largest, probability, probability > largest);
  }
  labels[row] = label;
}`;
  return { code, workgroups: linearGrid(rows) };
}
