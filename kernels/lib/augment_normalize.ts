/**
 * WGSL of the kernels that write the network's input: the normalisation of levels, and boxes that are erased. A box is
 * eight words among the jobs, from a multiple of four on: top, left, height, width, the value (R, G, B) and a word that is
 * not read.
 */

/** The levels' normalisation as one fused multiply-add. */
export interface LevelScale {
  /** 1 / (255 std) and -mean / std, for R, G, B. */
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

/** Words of an erased box. */
export const ERASE_WORDS = 8;

const vector = (values: readonly number[]) =>
  `vec3f(${values.map((value) => Math.fround(value)).join(", ")})`;

/** WGSL: the normalised value of levels, channels R, G, B, 0. */
export function normalizing({ scale, shift }: LevelScale): string {
  return `
fn normalized(levels: vec3f) -> vec4f {
  return vec4f(fma(levels, ${vector(scale)}, ${vector(shift)}), 0.0);
}`;
}

/** WGSL: whether a pixel lies in a box (top, left, height, width). */
export const inBox = `
fn is_in(box: vec4u, row: u32, column: u32) -> bool {
  return row - box.x < box.z && column - box.y < box.w; // a difference is large above or left of the box
}`;

/** WGSL: the value of a pixel after `count` erased boxes, whose words begin at `first`; needs {@link inBox}. */
export const erasing = `
fn erased(value: vec4f, row: u32, column: u32, first: u32, count: u32) -> vec4f {
  var result = value;
  for (var i = 0u; i < count; i++) {
    let at = (first + i * ${ERASE_WORDS}u) / 4u;
    result = select(result, vec4f(bitcast<vec3f>(jobs[at + 1u].xyz), 0.0), is_in(jobs[at], row, column));
  }
  return result;
}`;
