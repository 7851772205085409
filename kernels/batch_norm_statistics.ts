/**
 * Of each channel over a chunk of rows: their count, mean, sum of deviations and sum of squared deviations. A thread
 * does one chunk and four channels, and passes twice over its rows: first the mean, then the deviations from it. Sums
 * of squares would lose the variance of channels whose mean is large. The sum of the deviations is what the mean has
 * lost to rounding, times the rows.
 */
import { chunkGrid, chunkRows, LANES } from "./lib/columns.ts";
import { element4, type ElementType, type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormStatistics(o: { type: ElementType; rows: number; channels: number }): KernelSource {
  const code = wgsl`
${element4(o.type)}
${chunkRows(o.channels, 4)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [rows, C / 4]
@group(0) @binding(1) var<storage, read_write> partial: array<vec4f>; // [chunks, (rows, mean, lost, deviations), C / 4]

@compute @workgroup_size(${LANES}, ${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  let chunk = id.y;
  if (c >= C4 || chunk >= chunk_count()) { return; }
  let range = chunk_range(chunk, arrayLength(&x) / C4);
  var sum = vec4f();
  for (var row = range.x; row < range.y; row++) { sum += load4(x[row * C4 + c]); }
  let rows = f32(range.y - range.x);
  let mean = sum / max(rows, 1.0);
  var lost = vec4f();
  var deviations = vec4f();
  for (var row = range.x; row < range.y; row++) {
    let deviation = load4(x[row * C4 + c]) - mean;
    lost += deviation;
    deviations = fma(deviation, deviation, deviations);
  }
  partial[partial_at(chunk, 0u, c)] = vec4f(rows);
  partial[partial_at(chunk, 1u, c)] = mean;
  partial[partial_at(chunk, 2u, c)] = lost;
  partial[partial_at(chunk, 3u, c)] = deviations;
}`;
  return { code, workgroups: chunkGrid(o.rows, o.channels) };
}
