/**
 * The operands of a product, which are read repeatedly: a tensor's vectors of four elements, from its buffer or from
 * a texture. llvmpipe, Mesa's software GPU, loads the lanes of a buffer one by one and those of a texture together.
 */
import type { ElementType } from "./source.ts";

/** Where a product's operands are read from. */
export type OperandSource = "buffer" | "texture";

/** Texels in a row of such a texture, a power of two: vector i is texel (i % 4096, i / 4096). */
const ROW_BITS = 12;
export const TEXEL_ROW = 1 << ROW_BITS;

/** WGSL: binds the operand `name` and defines `<name>_at(i)`, its i-th vector; out-of-range values are undefined. */
export function operand(name: string, binding: number, type: ElementType, source: OperandSource): string {
  if (source === "buffer") {
    return `@group(0) @binding(${binding}) var<storage, read> ${name}: array<Element4>;
fn ${name}_at(i: i32) -> vec4f { return load4(${name}[i]); }`;
  }
  const [texel, lanes] = type === "f32" ? ["f32", ""] : ["u32", ".xy"];
  return `@group(0) @binding(${binding}) var ${name}: texture_2d<${texel}>;
fn ${name}_at(i: i32) -> vec4f {
  return load4(textureLoad(${name}, vec2i(i & ${TEXEL_ROW - 1}, i >> ${ROW_BITS}u), 0)${lanes});
}`;
}
