/**
 * The two sums for each channel that batch norm's backward needs, over a chunk of rows: dy, and dy * xhat with xhat =
 * (x - mean) * inv_std. A thread handles one chunk and four channels. Before an activation, dy is multiplied
 * by its derivative at bn(x), which is recomputed from x. Of a ReLU behind bn(x) + z the sign is read from y, and the
 * masked dy, which is the gradient of z, is written.
 */
import { activation } from "./lib/activation.ts";
import { chunkGrid, columnFields, columns, eachChunkRow, LANES } from "./lib/columns.ts";
import { normalized, type NormOptions, statistics } from "./lib/normalization.ts";
import { operand, TEXEL_ROW } from "./lib/operand.ts";
import { element4, type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormDsums(o: NormOptions): KernelSource {
  const isActivated = !o.added && o.activation !== undefined;
  const isMasked = o.added && o.activation !== undefined;
  const code = wgsl`
${element4(o.type)}
${columns}
${statistics(o)}
${operand("x", 2, o.type, o.operands)} // [rows, C / 4]
${operand("dy", 3, o.type, o.operands)} // [rows, C / 4]
@group(0) @binding(4) var<storage, read_write> partial: array<vec4f>; // [chunks, (dy, dy * xhat), C / 4]
#if ${isActivated}
@group(0) @binding(5) var<storage, read> weight: array<vec4f>; // [C / 4]
@group(0) @binding(6) var<storage, read> bias: array<vec4f>; // [C / 4]
${normalized}
${isActivated ? activation(o.activation!) : ""}
#endif
#if ${isMasked}
${operand("y", 5, o.type, o.operands)} // [rows, C / 4]
@group(0) @binding(6) var<storage, read_write> dz: array<Element4>; // [rows, C / 4]
#endif

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = id.x;
  let c4 = row_vectors();
  let chunk = place_of(id, groups);
  let rows = row_count();
  let at = chunk * 2u * c4 + c;
  if (c >= c4 || at >= arrayLength(&partial)) { return; }
  let mean = mean_of(c);
  let inv_std = inv_std_of(c);
#if ${isActivated}
  let scale = inv_std * weight[c];
  let shift = bias[c];
#endif
  var sum = vec4f();
  var product = vec4f();
  ${
    eachChunkRow(`
      let centered = x_at(i) - mean;
      ${isMasked ? "let kept = keep4(dy_element(i), y_at(i) > vec4f()); dz[i] = kept;" : ""}
      var gradient = load4(${isMasked ? "kept" : "dy_element(i)"});
      ${isActivated ? "gradient = graded(gradient, normalized(centered, scale, shift));" : ""}
      sum += gradient;
      product = fma(gradient, centered * inv_std, product);`)
  }
  partial[at] = sum;
  partial[at + c4] = product;
}`;
  return {
    code,
    workgroups: chunkGrid(o.rows, o.channels),
    uniform: columnFields(o.rows, o.channels),
    texelRow: TEXEL_ROW,
  };
}
