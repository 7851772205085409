/** What every kernel is written with: element types, indices and grids. */
import { wgsl } from "wgsl-preprocessor";

export { wgsl };

/** A kernel specialised for its options: WGSL whose entry point is `main`, and how many workgroups to start. */
export interface KernelSource {
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
  /** Values of the fields of the kernel's `var<uniform>`, if it has one. */
  readonly uniform?: readonly number[];
}

/** How a tensor's elements lie in memory. Arithmetic is always f32. */
export type ElementType = "f32" | "f16";

/**
 * WGSL for four neighbouring elements: the type `Element4` as stored, `load4` to vec4f and `store4` back.
 * f16 lies as packed pairs, which needs no feature of the adapter; values beyond its range are clamped.
 */
export function element4(type: ElementType): string {
  if (type === "f32") {
    return `alias Element4 = vec4f;
fn load4(element: Element4) -> vec4f { return element; }
fn store4(value: vec4f) -> Element4 { return value; }`;
  }
  return `alias Element4 = vec2u;
fn load4(element: Element4) -> vec4f { return vec4f(unpack2x16float(element.x), unpack2x16float(element.y)); }
fn store4(value: vec4f) -> Element4 {
  let v = clamp(value, vec4f(-65504.0), vec4f(65504.0));
  return vec2u(pack2x16float(v.xy), pack2x16float(v.zw));
}`;
}

/** Invocations of a workgroup of an elementwise kernel. */
export const LINEAR = 64;

/** WGSL: the index of a thread in a grid made by {@link linearGrid}. */
export const linearIndex =
  `fn linear_index(id: vec3u, groups: vec3u) -> u32 { return id.x + id.y * groups.x * ${LINEAR}u; }`;

/** Workgroups of {@link LINEAR} threads for `threads` threads, folded into two dimensions where one is too short. */
export function linearGrid(threads: number): [number, number, number] {
  const groups = Math.ceil(threads / LINEAR);
  const rows = Math.ceil(groups / 65535);
  return [Math.ceil(groups / rows), rows, 1];
}

/** `text(0) ... text(count - 1)`, a line each: straight-line code for what would be a loop over registers. */
export function unroll(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join("\n");
}

/**
 * WGSL: a uniform `g` of i32 fields, for sizes that kernels of many layers can share code over. Pass
 * `Object.values(fields)` as the source's `uniform`.
 */
export function uniformFields(binding: number, fields: Readonly<Record<string, number>>): string {
  return `struct Geometry { ${Object.keys(fields).map((name) => `${name}: i32`).join(", ")} }
@group(0) @binding(${binding}) var<uniform> g: Geometry;`;
}
