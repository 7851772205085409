/** Filters of a resize as the kernels read them. */
import { roundUp } from "../../base/shape.ts";
import { filterFor } from "../transforms/resize.ts";

/**
 * For each position of the result `stride` words, a multiple of 4 and at least 8: the first position of the source, how many, and
 * their weights, with 0 behind the last.
 */
export interface FilterTable {
  readonly words: Uint32Array;
  readonly stride: number;
  /** The most weights of a position. */
  readonly most: number;
}

const MAX_TABLES = 1024;
const tables = new Map<number, FilterTable>();

/** The table from `inSize` to `outSize` positions, without weights of 0; kept, as crops repeat sizes. */
export function filterTable(inSize: number, outSize: number): FilterTable {
  const key = inSize * 65536 + outSize;
  const known = tables.get(key);
  if (known) return known;
  if (tables.size >= MAX_TABLES) tables.clear();
  const made = makeTable(inSize, outSize);
  tables.set(key, made);
  return made;
}

function makeTable(inSize: number, outSize: number): FilterTable {
  const { first, count, weights, width } = filterFor(inSize, outSize);
  const from = first.slice(), counts = count.slice();
  for (let out = 0; out < outSize; out++) {
    const at = out * width - first[out];
    while (counts[out] > 1 && weights[at + from[out] + counts[out] - 1] === 0) counts[out]--;
    while (counts[out] > 1 && weights[at + from[out]] === 0) {
      from[out]++;
      counts[out]--;
    }
  }
  const most = counts.reduce((most, value) => Math.max(most, value), 1);
  const stride = Math.max(8, roundUp(2 + most, 4));
  const words = new Uint32Array(outSize * stride);
  for (let out = 0; out < outSize; out++) {
    const skipped = out * width + from[out] - first[out];
    words[out * stride] = from[out];
    words[out * stride + 1] = counts[out];
    words.set(weights.subarray(skipped, skipped + counts[out]), out * stride + 2);
  }
  return { words, stride, most };
}

/** The positions of the source, `[start, end)`, that positions `[from, to)` of the result are made of. */
export function sourceRange({ words, stride }: FilterTable, from: number, to: number): [number, number] {
  const last = (to - 1) * stride;
  return [words[from * stride], words[last] + words[last + 1]];
}
