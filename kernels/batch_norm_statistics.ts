/**
 * For each channel over a chunk of rows: the count, mean, sum of deviations and sum of squared deviations. A thread
 * handles one chunk and four channels, and passes twice over its rows: first for the mean, then for the deviations
 * from it, because sums of squares would lose the variance of channels with a large mean. The sum of the deviations
 * is the rounding error of the mean, times the number of rows.
 */
import { chunkGrid, columnFields, columns, eachChunkRow, LANES } from "./lib/columns.ts";
import type { NormOptions } from "./lib/normalization.ts";
import { operand, TEXEL_ROW } from "./lib/operand.ts";
import { element4, type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormStatistics(
  o: Pick<NormOptions, "type" | "rows" | "channels" | "operands">,
): KernelSource {
  const code = wgsl`
${element4(o.type)}
${columns}
${operand("x", 0, o.type, o.operands)} // [rows, C / 4]
@group(0) @binding(1) var<storage, read_write> partial: array<vec4f>; // [chunks, (rows, mean, lost, deviations), C / 4]

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = id.x;
  let c4 = row_vectors();
  let chunk = place_of(id, groups);
  let rows = row_count();
  let at = chunk * 4u * c4 + c;
  if (c >= c4 || at >= arrayLength(&partial)) { return; }
  var sum = vec4f();
  var counted = 0.0;
  ${
    eachChunkRow(`
      sum += x_at(i);
      counted += 1.0;`)
  }
  let mean = sum / counted;
  var lost = vec4f();
  var deviations = vec4f();
  ${
    eachChunkRow(`
      let deviation = x_at(i) - mean;
      lost += deviation;
      deviations = fma(deviation, deviation, deviations);`)
  }
  partial[at] = vec4f(counted);
  partial[at + c4] = mean;
  partial[at + 2u * c4] = lost;
  partial[at + 3u * c4] = deviations;
}`;
  return {
    code,
    workgroups: chunkGrid(o.rows, o.channels),
    uniform: columnFields(o.rows, o.channels),
    texelRow: TEXEL_ROW,
  };
}
