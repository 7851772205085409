/** Adds the chunks of batch_norm_dsums in order: dbias = sum dy, dweight = sum dy * xhat. A thread does four channels. */
import { chunkRows, columnGrid, LANES } from "./lib/columns.ts";
import { type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormDmerge({ channels }: { channels: number }): KernelSource {
  const code = wgsl`
${chunkRows(channels, 2)}
@group(0) @binding(0) var<storage, read> partial: array<vec4f>; // [chunks, (dy, dy * xhat), C / 4]
@group(0) @binding(1) var<storage, read_write> dweight: array<vec4f>; // [C / 4]
@group(0) @binding(2) var<storage, read_write> dbias: array<vec4f>; // [C / 4]

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= C4) { return; }
  var sum = vec4f();
  var product = vec4f();
  for (var chunk = 0u; chunk < chunk_count(); chunk++) {
    sum += partial[partial_at(chunk, 0u, c)];
    product += partial[partial_at(chunk, 1u, c)];
  }
  dbias[c] = sum;
  dweight[c] = product;
}`;
  return { code, workgroups: columnGrid(channels) };
}
