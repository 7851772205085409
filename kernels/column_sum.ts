/**
 * sum[k] = sum over n of x[n, k]: the gradient of a bias. A thread adds four adjacent columns, row by row. The rows
 * are a batch of feature vectors, too few for splitting to pay off.
 */
import { element4, type ElementType, type KernelSource, LINEAR, wgsl } from "./lib/source.ts";

export function columnSum({ type, columns }: { type: ElementType; columns: number }): KernelSource {
  const k4 = columns / 4;
  const code = wgsl`
${element4(type)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [N, K / 4]
@group(0) @binding(1) var<storage, read_write> sum: array<vec4f>; // [K / 4]

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${k4}u) { return; }
  var total = vec4f();
  for (var at = id.x; at < arrayLength(&x); at += ${k4}u) { total += load4(x[at]); }
  sum[id.x] = total;
}`;
  return { code, workgroups: [Math.ceil(k4 / LINEAR), 1, 1] };
}
