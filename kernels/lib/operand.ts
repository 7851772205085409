/**
 * Tensors that a kernel reads by vectors of four elements, from their buffer or from a texture. llvmpipe, Mesa's
 * software GPU, loads the lanes of a buffer one by one and those of a texture together.
 */
import type { ElementType } from "./source.ts";

/** Where such a tensor is read from. */
export type OperandSource = "buffer" | "texture";

/** Texels in a row of such a texture, a power of two: vector i is texel (i % 4096, i / 4096). */
const ROW_BITS = 12;
export const TEXEL_ROW = 1 << ROW_BITS;

/**
 * WGSL: binds the tensor `name` and defines `<name>_element(i)`, its i-th vector as stored, and `<name>_at(i)`, its
 * values; out-of-range values are undefined. Kernels that read textures pass {@link TEXEL_ROW} as `texelRow`.
 */
export function operand(name: string, binding: number, type: ElementType, source: OperandSource): string {
  if (source === "buffer") {
    return `@group(0) @binding(${binding}) var<storage, read> ${name}: array<Element4>;
fn ${name}_element(i: i32) -> Element4 { return ${name}[i]; }
fn ${name}_at(i: i32) -> vec4f { return load4(${name}[i]); }`;
  }
  const [texel, lanes] = type === "f32" ? ["f32", ""] : ["u32", ".xy"];
  return `@group(0) @binding(${binding}) var ${name}: texture_2d<${texel}>;
fn ${name}_element(i: i32) -> Element4 {
  return textureLoad(${name}, vec2i(i & ${TEXEL_ROW - 1}, i >> ${ROW_BITS}u), 0)${lanes};
}
fn ${name}_at(i: i32) -> vec4f { return load4(${name}_element(i)); }`;
}
