/**
 * y = (x - mean) * inv_std * weight + bias, mean and inverse standard deviation over the channels of a pixel, which are
 * kept for backward. On software adapters a thread handles a pixel; elsewhere the lanes of a workgroup share one, whose
 * channels they read in whole rows.
 */
import { laneSums, type PixelLanes, pixelLoop } from "./lib/pixel_lanes.ts";
import { element4, type ElementType, type KernelSource, uniformFields, wgsl } from "./lib/source.ts";

export interface LayerNormOptions {
  readonly type: ElementType;
  /** Pixels; not part of the code. */
  readonly rows: number;
  readonly channels: number;
  readonly eps: number;
  readonly lanes: PixelLanes;
}

export function layerNormForward({ type, rows, channels, eps, lanes }: LayerNormOptions): KernelSource {
  const geometry = { c4: channels / 4 };
  const code = wgsl`
${element4(type)}
${laneSums(lanes)}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [rows, C / 4]
@group(0) @binding(1) var<storage, read> weight: array<vec4f>; // [C / 4]
@group(0) @binding(2) var<storage, read> bias: array<vec4f>; // [C / 4]
@group(0) @binding(3) var<storage, read_write> y: array<Element4>; // [rows, C / 4]
@group(0) @binding(4) var<storage, read_write> moments: array<vec2f>; // [rows]: mean, inverse standard deviation
${uniformFields(5, geometry)}

@compute @workgroup_size(${lanes.channels}, ${lanes.pixels})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c4 = u32(g.c4);
  let row = id.y + id.z * groups.y * ${lanes.pixels}u;
  let is_row = row < arrayLength(&moments);
  let start = select(0u, row * c4, is_row);
  var sum = vec4f();
  ${pixelLoop(lanes, "sum += load4(x[start + c]);")}
  let mean = lane_sum(vec2f(dot(sum, vec4f(1.0)), 0.0), id).x / f32(4u * c4);
  var squares = vec4f();
  ${
    pixelLoop(
      lanes,
      "let deviation = load4(x[start + c]) - mean; squares = fma(deviation, deviation, squares);",
    )
  }
  let variance = lane_sum(vec2f(dot(squares, vec4f(1.0)), 0.0), id).x / f32(4u * c4);
  let inv_std = 1.0 / sqrt(variance + ${eps});
  if (!is_row) { return; }
  ${
    pixelLoop(
      lanes,
      "y[start + c] = store4(fma((load4(x[start + c]) - mean) * inv_std, weight[c], bias[c]));",
    )
  }
  if (id.x == 0u) { moments[row] = vec2f(mean, inv_std); }
}`;
  return { code, workgroups: lanes.grid(rows), uniform: Object.values(geometry) };
}
