/** y = x * scale, a factor for each channel, plus z if there is one. A thread handles four channels of eight rows. */
import { columnFields, columns, eachRow, LANES, rowGrid } from "./lib/columns.ts";
import { element4, type ElementType, type KernelSource, wgsl } from "./lib/source.ts";

export interface LayerScaleOptions {
  readonly type: ElementType;
  readonly rows: number;
  readonly channels: number;
  readonly added: boolean;
}

export function layerScale({ type, rows, channels, added }: LayerScaleOptions): KernelSource {
  const code = wgsl`
${element4(type)}
${columns}
@group(0) @binding(0) var<storage, read> x: array<Element4>; // [rows, C / 4]
@group(0) @binding(1) var<storage, read> scale: array<vec4f>; // [C / 4]
#if ${added}
@group(0) @binding(2) var<storage, read> z: array<Element4>; // [rows, C / 4]
#endif
@group(0) @binding(3) var<storage, read_write> y: array<Element4>; // [rows, C / 4]

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = id.x;
  let c4 = row_vectors();
  let place = place_of(id, groups);
  if (c >= c4) { return; }
  let rows = row_count();
  let factor = scale[c];
  ${
    eachRow(
      added
        ? "y[i] = store4(fma(load4(x[i]), factor, load4(z[i])));"
        : "y[i] = store4(load4(x[i]) * factor);",
    )
  }
}`;
  return { code, workgroups: rowGrid(rows, channels), uniform: columnFields(rows, channels) };
}
