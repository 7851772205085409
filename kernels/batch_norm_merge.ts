/**
 * Merges the chunks' means and squared deviations (Chan et al. 1979) into each channel's mean and inverse standard
 * deviation, and moves the running statistics: running += momentum * (new - running), with the unbiased variance.
 * What the mean loses to rounding is added in the second pass. A thread does four channels.
 */
import { chunkRows, columnGrid, LANES } from "./lib/columns.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export interface MergeOptions {
  readonly channels: number;
  readonly eps: number;
  readonly momentum: number;
}

export function batchNormMerge({ channels, eps, momentum }: MergeOptions): KernelSource {
  const code = wgsl`
${chunkRows(channels, 4)}
@group(0) @binding(0) var<storage, read> partial: array<vec4f>; // [chunks, (rows, mean, lost, deviations), C / 4]
@group(0) @binding(1) var<storage, read_write> mean: array<vec4f>; // [C / 4]
@group(0) @binding(2) var<storage, read_write> inv_std: array<vec4f>; // [C / 4]
@group(0) @binding(3) var<storage, read_write> running_mean: array<vec4f>; // [C / 4]
@group(0) @binding(4) var<storage, read_write> running_var: array<vec4f>; // [C / 4]

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= C4) { return; }
  var rows = vec4f();
  var sum = vec4f();
  for (var chunk = 0u; chunk < chunk_count(); chunk++) {
    let counted = partial[partial_at(chunk, 0u, c)];
    rows += counted;
    sum = fma(counted, partial[partial_at(chunk, 1u, c)], sum);
  }
  let about = sum / rows;
  var lost = vec4f();
  var deviations = vec4f();
  for (var chunk = 0u; chunk < chunk_count(); chunk++) {
    let counted = partial[partial_at(chunk, 0u, c)];
    let shift = partial[partial_at(chunk, 1u, c)] - about;
    let rest = partial[partial_at(chunk, 2u, c)];
    lost += fma(counted, shift, rest);
    deviations += partial[partial_at(chunk, 3u, c)] + shift * fma(counted, shift, 2.0 * rest);
  }
  let center = about + lost / rows;
  mean[c] = center;
  inv_std[c] = 1.0 / sqrt(deviations / rows + ${eps});
  running_mean[c] += ${momentum} * (center - running_mean[c]);
  running_var[c] += ${momentum} * (deviations / (rows - 1.0) - running_var[c]);
}`;
  return { code, workgroups: columnGrid(channels) };
}
