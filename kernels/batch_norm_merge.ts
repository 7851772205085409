/**
 * Merges the chunks' means and squared deviations (Chan et al. 1979) into each channel's mean and inverse standard
 * deviation, and updates the running statistics: running += momentum * (new - running), with the unbiased variance.
 * The rounding error of the mean is added back in the second pass. A thread handles four channels, over all chunks
 * or, with lanes along them, over a strided subset: there may be a hundred thousand chunks, or one.
 */
import { mergedChunks } from "./lib/chunk_moments.ts";
import { mergeGrid, type MergeLanes } from "./lib/columns.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export interface MergeOptions {
  readonly channels: number;
  readonly eps: number;
  readonly momentum: number;
  readonly lanes: MergeLanes;
}

export function batchNormMerge({ channels, eps, momentum, lanes }: MergeOptions): KernelSource {
  const code = wgsl`
@group(0) @binding(0) var<storage, read> partial: array<vec4f>; // [chunks, (rows, mean, lost, deviations), C / 4]
@group(0) @binding(1) var<storage, read_write> moments: array<vec4f>; // [(mean, inverse standard deviation), C / 4]
@group(0) @binding(2) var<storage, read_write> running_mean: array<vec4f>; // [C / 4]
@group(0) @binding(3) var<storage, read_write> running_var: array<vec4f>; // [C / 4]
${mergedChunks(channels, lanes)}
  let drift = spread[0] / rows;
  let mean = about + drift;
  let variance = (spread[1] - drift * spread[0]) / rows;
  moments[c] = mean;
  moments[C4 + c] = 1.0 / sqrt(variance + ${eps});
  running_mean[c] += ${momentum} * (mean - running_mean[c]);
  running_var[c] += ${momentum} * (variance * (rows / (rows - 1.0)) - running_var[c]);
}`;
  return { code, workgroups: mergeGrid(channels, lanes) };
}
