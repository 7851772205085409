/**
 * Products of f32 on matrix units, which multiply f16: x = scale * (high + low), both f16, and
 *
 *   x w = (high_x high_w + high_x low_w + low_x high_w) * scale_x * scale_w
 *
 * (Ootomo and Yokota, "Recovering single precision accuracy from Tensor Cores", 2022). high has 11 digits and low the
 * next 11 or 12; what is left out, low_x low_w, is 2^-22 of the product and less. A tensor's scale is the power of two
 * that brings its largest magnitude to between 2^14 and 2^15, so gradients of any size stay within f16's range: a value
 * has all its digits down to 2^-17 of the largest, and an error of 2^-39 of the largest below that. If a value of the
 * tensor is not finite, nothing of the product is.
 *
 * The units' sums are f32, and some hardware cuts off their last digit rather than rounding it. So the sums of BLOCK
 * products go to totals in registers, as in the other families, which keep the digits of long sums.
 */
import {
  BAND_ROW,
  BAND_VECTORS,
  bandCount,
  eachBand,
  eachResult,
  matrixThreads,
  type MatrixTile,
  type MatrixUnit,
} from "./matrix_tile.ts";
import { type ElementType, unroll } from "./source.ts";

/** Products in one sum, a multiple of each tile's depth. */
const BLOCK = 256;

/**
 * WGSL outside `main`: `Eight`, eight neighbours of an operand as they are loaded, and `eight(first, second)` of two
 * vectors of four. For f32 also the scales, and `stash(at, eight, scale)`, which stores both parts to workgroup memory,
 * `low` vectors apart.
 */
export function eightOf(type: ElementType, low: number): string {
  if (type === "f16") {
    return `alias Eight = vec4u;
fn eight(first: vec2u, second: vec2u) -> Eight { return vec4u(first, second); }`;
  }
  return `struct Eight { first: vec4f, second: vec4f }
fn eight(first: vec4f, second: vec4f) -> Eight { return Eight(first, second); }

/** The bits of a power of two, from those of a tensor's largest magnitude. */
fn scale_bits(largest: u32) -> u32 { return u32(clamp(268 - i32(largest >> 23u), 1, 253)) << 23u; }
fn scale_of(largest: u32) -> f32 { return bitcast<f32>(scale_bits(largest)); }
/** 1 / scale, or NaN if the tensor has values that are not finite. */
fn unscale_of(largest: u32) -> f32 {
  return bitcast<f32>((0x7f000000u - scale_bits(largest)) | select(0u, 0x7fc00000u, largest >= 0x7f800000u));
}

/** The nearest value of 11 digits. By its bits, since a compiler may take f32(f16(x)) for x. */
fn high_of(value: vec4f) -> vec4f { return bitcast<vec4f>((bitcast<vec4u>(value) + 0x1000u) & vec4u(0xffffe000u)); }
fn pairs(value: vec4f) -> vec2u { return vec2u(pack2x16float(value.xy), pack2x16float(value.zw)); }
fn stash(at: u32, eight: Eight, scale: f32) {
  let first = eight.first * scale;
  let second = eight.second * scale;
  let first_high = high_of(first);
  let second_high = high_of(second);
  shared_vectors[at] = vec4u(pairs(first_high), pairs(second_high));
  shared_vectors[at + ${low}u] = vec4u(pairs(first - first_high), pairs(second - second_high));
}`;
}

/** WGSL: stores the `eight` of an operand at the vector `at`. */
export function stashed(type: ElementType, operand: string, at: string, eight: string): string {
  return type === "f16"
    ? `shared_vectors[${at}] = ${eight};`
    : `stash(${at}, ${eight}, scale_of(largest_${operand}[0]));`;
}

/** `text(i)` for each vector of four of a band that a thread owns. */
function eachOwn(tile: MatrixTile, unit: MatrixUnit, text: (i: number) => string): string {
  return unroll(tile.rows * BAND_VECTORS / matrixThreads(tile, unit), text);
}

/** WGSL: the place in a band of a thread's i-th vector. */
function ownPlace(tile: MatrixTile, unit: MatrixUnit, i: number): string {
  const row = i * matrixThreads(tile, unit) / BAND_VECTORS;
  return `(thread / ${BAND_VECTORS}u + ${row}u) * ${BAND_ROW}u + thread % ${BAND_VECTORS}u`;
}

/** WGSL: this thread's totals. */
export function declareTotals(tile: MatrixTile, unit: MatrixUnit): string {
  return unroll(bandCount(tile), (band) => eachOwn(tile, unit, (i) => `var total${band}_${i}: vec4f;`));
}

/**
 * WGSL within the loop over stages, after a stage has been multiplied and before the next is stored: adds the sums to
 * the totals where a block ends, after `turn` + 1 stages or if `is_last`.
 */
export function addTotals(tile: MatrixTile, unit: MatrixUnit): string {
  return `if (is_last || (turn + 1u) % ${BLOCK / tile.depth}u == 0u) {
    ${
    eachBand(tile, unit, (first) =>
      eachOwn(tile, unit, (i) =>
        `total${first / BAND_VECTORS}_${i} += bitcast<vec4f>(shared_vectors[${ownPlace(tile, unit, i)}]);`))
  }
    ${eachResult(tile, unit, (i, j) => `sum${i}_${j} = subgroup_matrix_result<f32, ${unit.n}, ${unit.m}>();`)}
    workgroupBarrier();
  }`;
}

/** WGSL: like `eachBand`, of the totals, multiplied by the operands' scales. */
export function eachBandOfTotals(
  tile: MatrixTile,
  unit: MatrixUnit,
  operands: readonly [string, string],
  text: (first: number) => string,
): string {
  const [a, b] = operands.map((operand) => `unscale_of(largest_${operand}[0])`);
  return unroll(bandCount(tile), (band) => `
  workgroupBarrier();
  ${
    eachOwn(tile, unit, (i) =>
      `shared_vectors[${ownPlace(tile, unit, i)}] = bitcast<vec4u>(total${band}_${i} * ${a} * ${b});`)
  }
  workgroupBarrier();
  ${text(band * BAND_VECTORS)}`);
}
