/**
 * WGSL that reads a resize's filters (src/data/gpu/filter_table.ts), four words at a time. For each position of the
 * result a table has its first position of the source, how many, and their weights; those behind the last are 0.
 */
import { unroll } from "./source.ts";

/** The most weights that stand in the code one by one; with more they are gone through in a loop. */
const MOST_TAPS = 6;
const HEAD = 2;
const lane = (name: string, i: number) => `filter_${name}_${i >> 2}.${"xyzw"[i & 3]}`;

/** How many weights a kernel is made for where a table has `most` for a position: few numbers, as each is compiled. */
export function tapsFor(most: number): number {
  return most > MOST_TAPS ? 0 : most > 4 ? MOST_TAPS : Math.max(2, most);
}

/** WGSL: loads the filter of a position; `filter_NAME_0.x` is its first position of the source. */
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

/** WGSL: `text(k, weight)` for each weight of the filter that was loaded, where `taps` is 0 in a loop. */
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
