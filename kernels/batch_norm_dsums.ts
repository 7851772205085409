/**
 * The two sums that batch norm's backward needs of each channel, over a chunk of rows: dy, and dy * xhat with
 * xhat = (x - mean) * inv_std. A thread does one chunk and four channels.
 */
import { type ApplyOptions, inverseDeviation } from "./batch_norm_apply.ts";
import { chunkGrid, chunkRows, LANES } from "./lib/columns.ts";
import { element4, type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormDsums(o: ApplyOptions): KernelSource {
  const code = wgsl`
${element4(o.type)}
${chunkRows(o.channels, 2)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [rows, C / 4]
@group(0) @binding(1) var<storage, read> dy: array<Element4>; // [rows, C / 4]
@group(0) @binding(2) var<storage, read> mean: array<vec4f>; // [C / 4]
@group(0) @binding(3) var<storage, read> spread: array<vec4f>; // [C / 4]
@group(0) @binding(4) var<storage, read_write> partial: array<vec4f>; // [chunks, (dy, dy * xhat), C / 4]

@compute @workgroup_size(${LANES}, ${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  let chunk = id.y;
  if (c >= C4 || chunk >= chunk_count()) { return; }
  let range = chunk_range(chunk, arrayLength(&x) / C4);
  let center = mean[c];
  let inv_std = ${inverseDeviation(o)};
  var sum = vec4f();
  var product = vec4f();
  for (var row = range.x; row < range.y; row++) {
    let gradient = load4(dy[row * C4 + c]);
    sum += gradient;
    product = fma(gradient, (load4(x[row * C4 + c]) - center) * inv_std, product);
  }
  partial[partial_at(chunk, 0u, c)] = sum;
  partial[partial_at(chunk, 1u, c)] = product;
}`;
  return { code, workgroups: chunkGrid(o.count / o.channels, o.channels) };
}
