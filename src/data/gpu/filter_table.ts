/** Resize filters in the layout that the kernels read. */
import { roundUp } from "../../base/shape.ts";
import { bySizes } from "../size_cache.ts";
import type { ResizeFilter } from "../transforms/operation.ts";
import { filterFor } from "../transforms/resample.ts";

/**
 * `stride` words for each output position, a multiple of 4 and at least 8: the first input position, the number of
 * weights, and the weights, padded with 0.
 */
export interface FilterTable {
  readonly words: Uint32Array;
  readonly stride: number;
  /** The largest number of weights for any position. */
  readonly most: number;
}

/** The table for the positions `start` .. `end` - 1 of a resize from `inSize` to `outSize`, without zero weights. */
export const filterTable = bySizes(1024, makeTable);

function makeTable(
  inSize: number,
  outSize: number,
  start: number,
  end: number,
  interpolation: ResizeFilter,
): FilterTable {
  const { first, count, weights, width } = filterFor(inSize, outSize, start, end, interpolation);
  const positions = end - start;
  const from = first.slice(), counts = count.slice();
  for (let out = 0; out < positions; out++) {
    const at = out * width - first[out];
    while (counts[out] > 1 && weights[at + from[out] + counts[out] - 1] === 0) counts[out]--;
    while (counts[out] > 1 && weights[at + from[out]] === 0) {
      from[out]++;
      counts[out]--;
    }
  }
  const most = counts.reduce((most, value) => Math.max(most, value), 1);
  const stride = Math.max(8, roundUp(2 + most, 4));
  const words = new Uint32Array(positions * stride);
  for (let out = 0; out < positions; out++) {
    const skipped = out * width + from[out] - first[out];
    words[out * stride] = from[out];
    words[out * stride + 1] = counts[out];
    words.set(weights.subarray(skipped, skipped + counts[out]), out * stride + 2);
  }
  return { words, stride, most };
}

/**
 * The input positions `[start, end)` that contribute to the table's positions. The first and the last one may read
 * less than their neighbours do, whose cubic reaches further where it is not 0 at whole distances.
 */
export function sourceRange({ words, stride }: FilterTable): [number, number] {
  let start = words[0], end = 0;
  for (let at = 0; at < words.length; at += stride) {
    start = Math.min(start, words[at]);
    end = Math.max(end, words[at] + words[at + 1]);
  }
  return [start, end];
}
