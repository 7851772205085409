/**
 * Sums over the pixels of a chunk for each channel: of dy, the gradient of a bias; of dy * x, that of a factor; or, for
 * a layer norm, both of dy and of dy * xhat with the pixel's own mean and deviation. A thread handles one chunk and
 * four channels; split_sum or batch_norm_dmerge adds the chunks in order.
 */
import { chunkGrid, columnFields, columns, eachChunkRow, LANES } from "./lib/columns.ts";
import { element4, type ElementType, type KernelSource, wgsl } from "./lib/source.ts";

export interface ColumnChunksOptions {
  readonly type: ElementType;
  readonly rows: number;
  readonly channels: number;
  readonly sums: "dy" | "dy * x" | "dy, dy * xhat";
}

export function columnChunks({ type, rows, channels, sums }: ColumnChunksOptions): KernelSource {
  const readsX = sums !== "dy", isNorm = sums === "dy, dy * xhat", values = isNorm ? 2 : 1;
  const code = wgsl`
${element4(type)}
${columns}
@group(0) @binding(0) var<storage, read> dy: array<Element4>; // [rows, C / 4]
@group(0) @binding(1) var<storage, read_write> partial: array<vec4f>; // [chunks, sums, C / 4]
#if ${readsX}
@group(0) @binding(2) var<storage, read> x: array<Element4>; // [rows, C / 4]
#endif
#if ${isNorm}
@group(0) @binding(3) var<storage, read> moments: array<vec2f>; // [rows]: mean, inverse standard deviation
#endif

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = id.x;
  let c4 = row_vectors();
  let chunk = place_of(id, groups);
  let rows = row_count();
  let at = chunk * ${values}u * c4 + c;
  if (c >= c4 || at >= arrayLength(&partial)) { return; }
  var sum = vec4f();
  var product = vec4f();
  ${
    eachChunkRow(`
      let gradient = load4(dy[i]);
      ${isNorm ? "let moment = moments[u32(i) / c4];" : ""}
      ${
      isNorm
        ? "product = fma(gradient, (load4(x[i]) - moment.x) * moment.y, product);"
        : readsX
        ? "product = fma(gradient, load4(x[i]), product);"
        : ""
    }
      sum += gradient;`)
  }
  partial[at] = ${sums === "dy * x" ? "product" : "sum"};
  ${isNorm ? "partial[at + c4] = product;" : ""}
}`;
  return { code, workgroups: chunkGrid(rows, channels), uniform: columnFields(rows, channels) };
}
