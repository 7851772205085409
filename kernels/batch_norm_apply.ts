/**
 * y = (x - mean) * inv_std * weight + bias, channels last, and in the same pass what follows: z added, and an
 * activation f, y = f(that + z). A thread handles four channels of eight rows.
 */
import { activation } from "./lib/activation.ts";
import { columnFields, columns, eachRow, LANES, rowGrid } from "./lib/columns.ts";
import { normalized, type NormOptions, statistics } from "./lib/normalization.ts";
import { operand, TEXEL_ROW } from "./lib/operand.ts";
import { element4, type KernelSource, wgsl } from "./lib/source.ts";

export function batchNormApply(o: NormOptions): KernelSource {
  const code = wgsl`
${element4(o.type)}
${columns}
${statistics(o)}
${normalized}
${o.activation ? activation(o.activation) : ""}
@group(0) @binding(2) var<storage, read> weight: array<vec4f>; // [C / 4]
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [C / 4]
${operand("x", 4, o.type, o.operands)} // [rows, C / 4]
#if ${o.added}
${operand("z", 5, o.type, o.operands)} // [rows, C / 4]
#endif
@group(0) @binding(6) var<storage, read_write> y: array<Element4>; // [rows, C / 4]

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = id.x;
  let c4 = row_vectors();
  let place = place_of(id, groups);
  if (c >= c4) { return; }
  let rows = row_count();
  let mean = mean_of(c);
  let scale = inv_std_of(c) * weight[c];
  let shift = bias[c];
  ${
    eachRow(`
    var value = normalized(x_at(i) - mean, scale, shift);
    ${o.added ? "value += z_at(i);" : ""}
    y[i] = store4(${o.activation ? "activated(value)" : "value"});`)
  }
}`;
  return {
    code,
    workgroups: rowGrid(o.rows, o.channels),
    uniform: columnFields(o.rows, o.channels),
    texelRow: TEXEL_ROW,
  };
}
