/** y = x in the other element type, f32 to f16 or back. A thread handles four adjacent elements. */
import {
  element4,
  type ElementType,
  type KernelSource,
  LINEAR,
  linearGrid,
  linearIndex,
  wgsl,
} from "./lib/source.ts";

export interface CastOptions {
  /** The type of y. */
  readonly to: ElementType;
  /** Elements of x, a multiple of 4. */
  readonly count: number;
}

export function cast({ to, count }: CastOptions): KernelSource {
  const code = wgsl`
${element4("f16")}
${linearIndex}
#if ${to === "f16"}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<Element4>;
fn convert(value: vec4f) -> Element4 { return store4(value); }
#else
@group(0) @binding(0) var<storage, read> x: array<Element4>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
fn convert(value: Element4) -> vec4f { return load4(value); }
#endif

@compute @workgroup_size(${LINEAR})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = linear_index(id, groups);
  if (i >= arrayLength(&y)) { return; }
  y[i] = convert(x[i]);
}`;
  return { code, workgroups: linearGrid(count / 4) };
}
