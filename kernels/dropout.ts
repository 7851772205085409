/**
 * y = x / keep for what is kept, else 0: for each element (dropout), or for each row of the batch as a whole
 * (stochastic depth), whose result z may be added to. What is kept is drawn from the layer's key, the step, the batch
 * within the step and the place in the batch, so that backward draws the same, and so does a resumed run. A thread
 * handles four adjacent elements.
 */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  uniformFields,
  wgsl,
} from "./lib/source.ts";
import { threefry } from "./lib/threefry.ts";

/** How a layer draws. */
export interface DropOptions {
  /** The share that is kept, more than 0. */
  readonly keep: number;
  /** The layer's key of the random numbers. */
  readonly key: readonly [number, number];
  /** The positions of the step and of the batch within the step among the scalars. */
  readonly step: number;
  readonly batchOfStep: number;
  /** Of which rows of a larger batch these are: rank, rank + size, ...; by default all. */
  readonly share?: { readonly rank: number; readonly size: number } | undefined;
}

export interface DropoutKernelOptions extends DropOptions {
  readonly type: ElementType;
  /** Elements; not part of the code. */
  readonly count: number;
  /** Elements of a row, and whether rows are kept as a whole. */
  readonly row: number;
  readonly ofRows: boolean;
  readonly added?: boolean;
}

export function dropout(o: DropoutKernelOptions): KernelSource {
  const { type, count, row, ofRows, keep, key, share, added = false } = o;
  const isShared = share !== undefined && share.size > 1;
  const [scale] = new Int32Array(Float32Array.of(1 / keep).buffer);
  const geometry = {
    ...{ key0: key[0], key1: key[1], kept: Math.round(keep * 2 ** 24), scale },
    vectors: ofRows || isShared ? row / 4 : 1,
    ...(isShared && { rank: share.rank, size: share.size }),
  };
  const ofBatch = "(i / u32(g.vectors) * u32(g.size) + u32(g.rank))"; // the row in the batch of all ranks
  const at = isShared ? `(${ofBatch} * u32(g.vectors) + i % u32(g.vectors))` : "i";
  const kept = ofRows
    ? `let words = vec4u(threefry(key, vec2u(${isShared ? ofBatch : "i / u32(g.vectors)"}, 0u)).x);`
    : `let words = vec4u(threefry(key, vec2u(${at}, 0u)), threefry(key, vec2u(${at}, 1u)));`;
  const code = wgsl`
${element4(type)}
${linearIndex}
${threefry}
@group(0) @binding(0) var<storage, read> x: array<Element4>;
@group(0) @binding(1) var<storage, read> scalars: array<f32>;
#if ${added}
@group(0) @binding(2) var<storage, read> z: array<Element4>;
#endif
@group(0) @binding(3) var<storage, read_write> y: array<Element4>;
${uniformFields(4, geometry)}

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&y)) { return; }
  let place = vec2u(u32(scalars[${o.step}]), u32(scalars[${o.batchOfStep}]));
  let key = threefry(vec2u(u32(g.key0), u32(g.key1)), place);
  ${kept}
  let is_kept = (words >> vec4u(8u)) < vec4u(u32(g.kept));
  ${
    added
      ? "y[i] = store4(load4(z[i]) + select(vec4f(), load4(x[i]) * bitcast<f32>(g.scale), is_kept));"
      : "y[i] = store4(load4(keep4(x[i], is_kept)) * bitcast<f32>(g.scale));"
  }
}`;
  return { code, workgroups: linearGrid(count / 4), uniform: Object.values(geometry) };
}
