/**
 * In training dx = weight * inv_std * (dy - mean(dy) - xhat * mean(dy * xhat)), where the means are dbias / rows and
 * dweight / rows; in evaluation the statistics are constants and dx = weight * inv_std * dy. Before an activation, dy
 * is multiplied by its derivative at bn(x), which is recomputed; with a sum in between, dy is the gradient dz of the
 * sum, from batch_norm_dsums.
 * A thread handles four channels of eight rows.
 */
import { activation } from "./lib/activation.ts";
import { columnFields, columns, eachRow, LANES, rowGrid } from "./lib/columns.ts";
import { normalized, type NormOptions, statistics } from "./lib/normalization.ts";
import { operand, TEXEL_ROW } from "./lib/operand.ts";
import { element4, type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormDgrad(o: NormOptions): KernelSource {
  const isActivated = !o.added && o.activation !== undefined;
  const code = wgsl`
${element4(o.type)}
${columns}
${statistics(o)}
${normalized}
${isActivated ? activation(o.activation!) : ""}
@group(0) @binding(2) var<storage, read> weight: array<vec4f>; // [C / 4]
${operand("x", 3, o.type, o.operands)} // [rows, C / 4]
${operand("dy", 4, o.type, o.operands)} // [rows, C / 4]
@group(0) @binding(5) var<storage, read_write> dx: array<Element4>; // [rows, C / 4]
#if ${isActivated}
@group(0) @binding(6) var<storage, read> bias: array<vec4f>; // [C / 4]
#endif
#if ${o.training}
@group(0) @binding(7) var<storage, read> dweight: array<vec4f>; // [C / 4]
@group(0) @binding(8) var<storage, read> dbias: array<vec4f>; // [C / 4]
#endif

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = id.x;
  let c4 = row_vectors();
  let place = place_of(id, groups);
  if (c >= c4) { return; }
  let rows = row_count();
  let mean = mean_of(c);
  let inv_std = inv_std_of(c);
  let scale = inv_std * weight[c];
#if ${isActivated}
  let shift = bias[c];
#endif
#if ${o.training}
  let mean_dy = dbias[c] / f32(rows);
  let slope = inv_std * dweight[c] / f32(rows);
#endif
  ${
    eachRow(`
    var gradient = dy_at(i);
    let centered = x_at(i) - mean;
    ${isActivated ? "gradient = graded(gradient, normalized(centered, scale, shift));" : ""}
    ${o.training ? "gradient -= fma(centered, slope, mean_dy);" : ""}
    dx[i] = store4(scale * gradient);`)
  }
}`;
  return {
    code,
    workgroups: rowGrid(o.rows, o.channels),
    uniform: columnFields(o.rows, o.channels),
    texelRow: TEXEL_ROW,
  };
}
