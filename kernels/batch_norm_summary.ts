/**
 * Merges the chunks of batch_norm_statistics into one, which a rank shows to the others: batch_norm_merge then merges
 * those of all ranks. Lanes as there.
 */
import { mergedChunks } from "./lib/chunk_moments.ts";
import { mergeGrid, type MergeLanes } from "./lib/columns.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormSummary(
  { channels, lanes }: { readonly channels: number; readonly lanes: MergeLanes },
): KernelSource {
  const code = wgsl`
@group(0) @binding(0) var<storage, read> partial: array<vec4f>; // [chunks, (rows, mean, lost, deviations), C / 4]
@group(0) @binding(1) var<storage, read_write> chunk: array<vec4f>; // [(rows, mean, lost, deviations), C / 4]
${mergedChunks(channels, lanes)}
  chunk[c] = rows;
  chunk[C4 + c] = about;
  chunk[2u * C4 + c] = spread[0];
  chunk[3u * C4 + c] = spread[1];
}`;
  return { code, workgroups: mergeGrid(channels, lanes) };
}
