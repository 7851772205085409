/**
 * WGSL for a list of colour steps on a pixel whose levels are a vec3f, with the arithmetic of `src/data/transforms`:
 * blends as in Pillow, the hue as in torchvision's tensor backend. The list is part of the code, because software
 * adapters execute both sides of every branch; it is written in letters, so that few lists differ:
 *
 * - b: a blend with black or, if the step's second word is set, with the pixel's own grey
 * - c: a blend with the image's mean grey, whose sum of luma() is in `sums`; it can only come first in a list
 * - g: the blend of torchvision's tensors with the pixel's own grey; its second word is the grey's factor
 * - d: the same with the image's mean grey, whose sum of its kind is in `sums`; it can only come first in a list
 * - h: a shift of the hue
 * - s: inverts levels from the step's amount on and keeps the bits of its second word
 * - t: replaces levels by those of the image's table in `tables`; it can only come first in a list
 */

import { number, word } from "./augment.ts";

/** Levels of a channel. */
export const LEVELS = 256;

/** Where a job's steps begin; a step has two words: the amount, and for b what to blend with. */
export const FIRST_STEP = 12;

/** Words of a job with the steps of `letters`. */
export const stepsEnd = (letters: string): number => FIRST_STEP + 2 * letters.length;

const LUMA = `
fn shades(pixel: u32) -> vec3f { return vec3f(vec3i(levels(pixel))); } // signed, as that is one instruction on x86
fn packed_shades(v: vec3f) -> u32 { // whole numbers: adding 2^23 leaves them in the lowest bits
  return packed(bitcast<vec3u>(v + 8388608.0) & vec3u(255u));
}
fn luma(v: vec3f) -> f32 { // integers below 2^24, so exact
  return floor((v.x * 19595.0 + v.y * 38470.0 + v.z * 7471.0 + 32768.0) * ${1 / 65536});
}
fn blended(v: vec3f, with_level: f32, by: f32) -> vec3f {
  return floor(clamp(vec3f(with_level) + by * (v - with_level), vec3f(), vec3f(255.0)));
}`;

const MEAN = `
fn mean_level(sum: u32, count: u32) -> f32 {
  let whole = sum / count;
  return f32(whole + select(0u, 1u, 2u * (sum - whole * count) >= count));
}`;

/** The grey of a pixel whose mean a step needs: Pillow's, or that of torchvision's tensors. */
export type Luma = "luma" | "tensor_luma";

/**
 * torchvision's blend is a fused multiply-add, where whole results are frequent: a fused one is not promised in WGSL, so
 * what the sum loses is added. min() and max() change no value; they keep compilers from fusing the product that has
 * to be rounded first, and from simplifying the differences as if numbers had no last digit.
 */
const TENSOR = `
fn tensor_luma(v: vec3f) -> f32 {
  return floor(fma(v.z, ${Math.fround(0.114)}, fma(v.y, ${Math.fround(0.587)}, v.x * ${
  Math.fround(0.2989)
})));
}
fn tensor_blended(v: vec3f, level: f32, by: f32, rest: f32) -> vec3f {
  let upper = bitcast<f32>(bitcast<u32>(rest) & 0xfffff000u); // its products with a level are exact
  let own = min(v * by, vec3f(65536.0));
  let sum = min(own + level * upper, vec3f(65536.0));
  let added = max(sum - own, vec3f(-65536.0));
  let lost = (own - (sum - added)) + (vec3f(level * upper) - added);
  return floor(clamp(sum + (lost + level * (rest - upper)), vec3f(), vec3f(255.0)));
}`;

const BITS = `
fn solarized(v: vec3f, least: f32, kept: u32) -> vec3f {
  return vec3f(vec3i(vec3u(vec3i(select(v, 255.0 - v, v >= vec3f(least)))) & vec3u(kept)));
}`;

const TABLE = `
fn replaced(v: vec3f, table: u32) -> vec3f {
  let at = vec3u(table, table + ${LEVELS}u, table + ${2 * LEVELS}u) + vec3u(vec3i(v));
  return vec3f(vec3i(vec3u(tables[at.x], tables[at.y], tables[at.z])));
}`;

/** Quotients are rounded as IEEE 754 says, though WGSL allows 2.5 ULP: the rest is found by exact products of halves. */
const HUE = `
fn upper_half(x: vec3f) -> vec3f { return bitcast<vec3f>(bitcast<vec3u>(x) & vec3u(0xfffff000u)); }
fn quotient(a: vec3f, b: vec3f) -> vec3f {
  let q = a / b;
  let product = q * b;
  let qh = upper_half(q);
  let bh = upper_half(b);
  let lost = ((qh * bh - product) + qh * (b - bh) + (q - qh) * bh) + (q - qh) * (b - bh);
  return q + ((a - product) - lost) / b;
}
fn to_level(v: vec3f) -> vec3f { return floor(clamp(v, vec3f(), vec3f(1.0)) * 255.0); }
fn hue_shifted(levels: vec3f, turn: f32) -> vec3f {
  let v = quotient(levels, vec3f(255.0));
  let most = max(v.x, max(v.y, v.z));
  let range = most - min(v.x, min(v.y, v.z));
  let d = vec3f(most) - v; // sixths: (0 + b) - g, (2 + r) - b or (4 + g) - r, in parts of the range
  let pair = select(select(d.yx, d.xz, most == v.y), d.zy, most == v.x);
  let divisors = select(vec3f(range, range, most), vec3f(1.0), range == 0.0);
  let parts = quotient(vec3f(pair, range), divisors); // the last is the saturation
  let sixths = select(select(4.0, 2.0, most == v.y), 0.0, most == v.x) + parts.x - parts.y;
  var hue = quotient(vec3f(sixths), vec3f(6.0)).x + 1.0;
  hue = select(hue, hue - 1.0, hue >= 1.0) + turn;
  hue = select(select(hue, hue - 1.0, hue >= 1.0), hue + 1.0, hue < 0.0);
  let sixth = hue * 6.0;
  let sector = floor(sixth);
  let rest = sixth - sector;
  let pqt = to_level(most * (1.0 - parts.z * vec3f(1.0, rest, 1.0 - rest)));
  let which = select(sector, 0.0, sector == 6.0);
  let top = max(levels.x, max(levels.y, levels.z));
  let r = select(select(pqt.x, pqt.z, which == 4.0), pqt.y, which == 1.0);
  let g = select(select(pqt.x, pqt.y, which == 3.0), pqt.z, which == 0.0);
  let b = select(select(pqt.x, pqt.y, which == 5.0), pqt.z, which == 2.0);
  return vec3f(
    select(r, top, which == 0.0 || which == 5.0),
    select(g, top, which == 1.0 || which == 2.0),
    select(b, top, which == 3.0 || which == 4.0),
  );
}`;

/** Whether a list of letters needs `sums`. */
export const needsMean = (letters: string): boolean => /[cd]/.test(letters);

/** WGSL: the functions that the steps of `letters` and the sum of `measured` need, and luma(). */
export function colorFunctions(letters: string, measured?: Luma): string {
  const parts = { c: MEAN, h: HUE, s: BITS, t: TABLE };
  const tensor = measured === "tensor_luma" || /[dg]/.test(letters) ? TENSOR : "";
  return LUMA + tensor +
    Object.entries(parts).map(([letter, code]) => letters.includes(letter) ? code : "").join("");
}

/**
 * WGSL: reads the steps' amounts into variables, once per thread. `place` and `count` are WGSL for the image's index
 * in `sums` and `tables` and for its number of pixels.
 */
export function colorAmounts(letters: string, place: string, count: string): string {
  return [...letters].map((letter, i) => {
    const at = FIRST_STEP + 2 * i;
    const by = `let by_${i} = ${number(at)};`;
    if (letter === "b") return `${by} let gray_${i} = ${word(at + 1)} != 0u;`;
    if (letter === "g") return `${by} let rest_${i} = ${number(at + 1)};`;
    if (letter === "d") {
      return `${by} let rest_${i} = ${number(at + 1)}; let mean_${i} = f32(sums[${place}]) / f32(${count});`;
    }
    if (letter === "s") return `${by} let kept_${i} = ${word(at + 1)};`;
    if (letter === "t") return `let table_${i} = ${place} * ${3 * LEVELS}u;`;
    return letter === "c" ? `${by} let mean_${i} = mean_level(sums[${place}], ${count});` : by;
  }).join("\n");
}

/** WGSL: applies the steps of `letters` to the vec3f variable `v`. */
export function colorSteps(letters: string, v: string): string {
  return [...letters].map((letter, i) => {
    if (letter === "h") return `${v} = hue_shifted(${v}, by_${i});`;
    if (letter === "s") return `${v} = solarized(${v}, by_${i}, kept_${i});`;
    if (letter === "t") return `${v} = replaced(${v}, table_${i});`;
    if (letter === "g") return `${v} = tensor_blended(${v}, tensor_luma(${v}), by_${i}, rest_${i});`;
    if (letter === "d") return `${v} = tensor_blended(${v}, mean_${i}, by_${i}, rest_${i});`;
    const level = letter === "c" ? `mean_${i}` : `select(0.0, luma(${v}), gray_${i})`;
    return `${v} = blended(${v}, ${level}, by_${i});`;
  }).join("\n");
}
