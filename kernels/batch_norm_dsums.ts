/**
 * The two sums for each channel that batch norm's backward needs, over a chunk of rows: dy, and dy * xhat with xhat =
 * (x - mean) * inv_std. A thread handles one chunk and four channels. Before a ReLU only the dy with y > 0 count: the
 * sign of y = bn(x) is recomputed from x; that of y = bn(x) + z is read from y, and the masked dy, which is the
 * gradient of z, is written.
 */
import { chunkGrid, columns, eachChunkRow, LANES } from "./lib/columns.ts";
import { normalized, type NormOptions, statistics } from "./lib/normalization.ts";
import { element4, type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormDsums(o: NormOptions): KernelSource {
  const isRectified = o.follower === "relu", isAdded = o.follower === "add_relu";
  const code = wgsl`
${element4(o.type)}
${columns}
${statistics(o)}
@group(0) @binding(2) var<storage, read> x: array<Element4>; // [rows, C / 4]
@group(0) @binding(3) var<storage, read> dy: array<Element4>; // [rows, C / 4]
@group(0) @binding(4) var<storage, read_write> partial: array<vec4f>; // [chunks, (dy, dy * xhat), C / 4]
#if ${isRectified}
@group(0) @binding(5) var<storage, read> weight: array<vec4f>; // [C / 4]
@group(0) @binding(6) var<storage, read> bias: array<vec4f>; // [C / 4]
${normalized}
#endif
#if ${isAdded}
@group(0) @binding(5) var<storage, read> y: array<Element4>; // [rows, C / 4]
@group(0) @binding(6) var<storage, read_write> dz: array<Element4>; // [rows, C / 4]
#endif

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = id.x;
  let c4 = row_vectors();
  let chunk = place_of(id, groups);
  let rows = arrayLength(&x) / c4;
  let at = chunk * 2u * c4 + c;
  if (c >= c4 || at >= arrayLength(&partial)) { return; }
  let mean = mean_of(c);
  let inv_std = inv_std_of(c);
#if ${isRectified}
  let scale = inv_std * weight[c];
  let shift = bias[c];
#endif
  var sum = vec4f();
  var product = vec4f();
  ${
    eachChunkRow(`
      let centered = load4(x[i]) - mean;
      ${isAdded ? "let kept = keep4(dy[i], load4(y[i]) > vec4f()); dz[i] = kept;" : ""}
      var gradient = load4(${isAdded ? "kept" : "dy[i]"});
      ${
      isRectified ? "gradient = select(vec4f(), gradient, normalized(centered, scale, shift) > vec4f());" : ""
    }
      sum += gradient;
      product = fma(gradient, centered * inv_std, product);`)
  }
  partial[at] = sum;
  partial[at + c4] = product;
}`;
  return { code, workgroups: chunkGrid(o.rows, o.channels), uniform: [o.channels / 4] };
}
