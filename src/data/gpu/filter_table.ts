/** Resize filters in the layout that the kernels read. */
import { roundUp } from "../../base/shape.ts";
import { bySizes } from "../size_cache.ts";
import { filterFor } from "../transforms/resize.ts";

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

/** The table for resizing `inSize` to `outSize` positions, without zero weights. */
export const filterTable = bySizes(1024, makeTable);

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

/** The input positions `[start, end)` that contribute to output positions `[from, to)`. */
export function sourceRange({ words, stride }: FilterTable, from: number, to: number): [number, number] {
  const last = (to - 1) * stride;
  return [words[from * stride], words[last] + words[last + 1]];
}
