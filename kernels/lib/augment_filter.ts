/**
 * WGSL that reads resize filters (src/data/gpu/filter_table.ts), four words at a time. For each output position a
 * table contains the first input position, the number of weights, and the weights, padded with 0.
 */
import { unroll } from "./source.ts";

/** Maximum number of weights that are unrolled; more are processed in a loop. */
const MOST_TAPS = 6;
const HEAD = 2;
const lane = (name: string, i: number) => `filter_${name}_${i >> 2}.${"xyzw"[i & 3]}`;

/**
 * The number of weights to compile a kernel for if a table has up to `most`: few values, because each is compiled.
 */
export function tapsFor(most: number): number {
  return most > MOST_TAPS ? 0 : most > 4 ? MOST_TAPS : Math.max(2, most);
}

/** WGSL: loads the filter of a position; `filter_NAME_0.x` is its first input position. */
export function filterLoad(
  taps: number,
  name: string,
  table: string,
  stride: string,
  position: string,
): string {
  const vectors = Math.ceil((HEAD + Math.max(taps, 2)) / 4);
  return `let filter_${name} = (${table} + ${position} * ${stride}) / 4u;
  let filter_${name}_end = filter_${name} + ${stride} / 4u;
  ${unroll(vectors, (i) => `let filter_${name}_${i} = data[filter_${name} + ${i}u];`)}`;
}

/** WGSL: `text(k, weight)` for each weight of the loaded filter, in a loop if `taps` is 0. */
export function filterTaps(taps: number, name: string, text: (k: string, weight: string) => string): string {
  if (taps > 0) return unroll(taps, (k) => text(`${k}u`, lane(name, HEAD + k)));
  return `${unroll(2, (k) => text(`${k}u`, lane(name, HEAD + k)))}
  var tap = ${4 - HEAD}u;
  for (var next = filter_${name} + 1u; next < filter_${name}_end; next++) {
    let four_weights = data[next];
    ${unroll(4, (i) => text(`tap + ${i}u`, `four_weights.${"xyzw"[i]}`))}
    tap += 4u;
  }`;
}
