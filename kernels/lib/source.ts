/** The building blocks of every kernel: element types, indices and grids. */
import { wgsl } from "wgsl-preprocessor";

export type { KernelSource } from "./kernel_source.ts";
export { wgsl };

/** How a tensor's elements are stored. Arithmetic is always f32. */
export type ElementType = "f32" | "f16";

/**
 * WGSL for four adjacent elements: the type `Element4` as stored, `load4` to vec4f and `store4` back; `keep4` zeroes
 * elements without a conversion. f16 is stored as packed pairs, which needs no feature of the adapter. Values beyond
 * its range become infinite, so that an overflow is detected, and NaN is preserved (the bit patterns of the largest
 * value, 65504, of infinity and of a NaN are consecutive).
 */
export function element4(type: ElementType): string {
  if (type === "f32") {
    return `alias Element4 = vec4f;
fn load4(element: Element4) -> vec4f { return element; }
fn store4(value: vec4f) -> Element4 { return value; }
fn keep4(element: Element4, kept: vec4<bool>) -> Element4 { return select(vec4f(), element, kept); }`;
  }
  return `alias Element4 = vec2u;
fn load4(element: Element4) -> vec4f { return vec4f(unpack2x16float(element.x), unpack2x16float(element.y)); }
${halves4}
fn store4(value: vec4f) -> Element4 { return halves4(value); }
fn keep4(element: Element4, kept: vec4<bool>) -> Element4 {
  let halves = select(vec4u(), vec4u(0xffffu), kept);
  return element & vec2u(halves.x | (halves.y << 16u), halves.z | (halves.w << 16u));
}`;
}

/** WGSL: four values as packed pairs of f16, as `element4("f16")` stores them. */
export const halves4 = `fn halves4(value: vec4f) -> vec2u {
  let magnitude = bitcast<vec4u>(value) & vec4u(0x7fffffffu);
  let is_nan = magnitude > vec4u(0x7f800000u);
  let more = select(vec4u(), vec4u(1u), magnitude > vec4u(0x477fe000u)) + select(vec4u(), vec4u(1u), is_nan);
  let v = select(clamp(value, vec4f(-65504.0), vec4f(65504.0)), vec4f(65504.0), is_nan);
  return vec2u(pack2x16float(v.xy) + more.x + (more.y << 16u), pack2x16float(v.zw) + more.z + (more.w << 16u));
}`;

/** Invocations in a workgroup of an elementwise kernel. */
export const LINEAR = 64;

/** WGSL: the index of a thread in a grid made by {@link linearGrid}. */
export const linearIndex =
  `fn linear_index(id: vec3u, groups: vec3u) -> u32 { return id.x + id.y * groups.x * ${LINEAR}u; }`;

/** Workgroups of {@link LINEAR} threads for `threads` threads, folded into two dimensions if one is too short. */
export function linearGrid(threads: number): [number, number, number] {
  const groups = Math.ceil(threads / LINEAR);
  const rows = Math.ceil(groups / 65535);
  return [Math.ceil(groups / rows), rows, 1];
}

/** `text(0) ... text(count - 1)`, one line each: straight-line code instead of a loop over registers. */
export function unroll(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join("\n");
}

/**
 * WGSL: a uniform `g` of i32 fields, for sizes over which kernels of many layers share code. Pass
 * `Object.values(fields)` as the source's `uniform`.
 */
export function uniformFields(binding: number, fields: Readonly<Record<string, number>>): string {
  return `struct Geometry { ${Object.keys(fields).map((name) => `${name}: i32`).join(", ")} }
@group(0) @binding(${binding}) var<uniform> g: Geometry;`;
}
