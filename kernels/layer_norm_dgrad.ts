/**
 * dx = inv_std * (g - mean(g) - xhat * mean(g * xhat)) with g = dy * weight, the means over the channels of a pixel.
 * Lanes as in layer_norm_forward.ts.
 */
import type { LayerNormOptions } from "./layer_norm_forward.ts";
import { laneSums, pixelLoop } from "./lib/pixel_lanes.ts";
import { element4, type KernelSource, uniformFields, wgsl } from "./lib/source.ts";

export function layerNormDgrad({ type, rows, channels, lanes }: LayerNormOptions): KernelSource {
  const geometry = { c4: channels / 4 };
  const values = `
    let gradient = load4(dy[start + c]) * weight[c];
    let xhat = (load4(x[start + c]) - moment.x) * moment.y;`;
  const code = wgsl`
${element4(type)}
${laneSums(lanes)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [rows, C / 4]
@group(0) @binding(1) var<storage, read> dy: array<Element4>; // [rows, C / 4]
@group(0) @binding(2) var<storage, read> weight: array<vec4f>; // [C / 4]
@group(0) @binding(3) var<storage, read> moments: array<vec2f>; // [rows]: mean, inverse standard deviation
@group(0) @binding(4) var<storage, read_write> dx: array<Element4>; // [rows, C / 4]
${uniformFields(5, geometry)}

@compute @workgroup_size(${lanes.channels}, ${lanes.pixels})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c4 = u32(g.c4);
  let row = id.y + id.z * groups.y * ${lanes.pixels}u;
  let is_row = row < arrayLength(&moments);
  let start = select(0u, row * c4, is_row);
  let moment = moments[select(0u, row, is_row)];
  var sum = vec4f();
  var product = vec4f();
  ${pixelLoop(lanes, `${values} sum += gradient; product = fma(gradient, xhat, product);`)}
  let sums = vec2f(dot(sum, vec4f(1.0)), dot(product, vec4f(1.0)));
  let means = lane_sum(sums, id) / f32(4u * c4);
  if (!is_row) { return; }
  ${pixelLoop(lanes, `${values} dx[start + c] = store4(moment.y * (gradient - means.x - xhat * means.y));`)}
}`;
  return { code, workgroups: lanes.grid(rows), uniform: Object.values(geometry) };
}
