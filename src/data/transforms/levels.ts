/** Adjustments that replace each level of a channel by another. */
import type { Picture } from "../types.ts";

/** Levels of a channel. */
export const LEVELS = 256;
/** Channels of a picture: R, G, B. */
const CHANNELS = 3;

/** The table of a rule: what each level becomes. */
export function tableOf(rule: (level: number) => number): Uint8Array {
  return Uint8Array.from({ length: LEVELS }, (_, level) => rule(level));
}

/** `picture` with its levels replaced by those of a table. */
export function mapLevels({ width, height, data }: Picture, table: Uint8Array): Picture {
  return { width, height, data: data.map((level) => table[level]) };
}

/** `picture` with the levels of each channel replaced by those of the table that `tableFor` makes of its histogram. */
export function mapChannels(
  { width, height, data }: Picture,
  tableFor: (histogram: Uint32Array) => Uint8Array,
): Picture {
  const out = new Uint8Array(data.length);
  for (let c = 0; c < CHANNELS; c++) {
    const histogram = new Uint32Array(LEVELS);
    for (let i = c; i < data.length; i += CHANNELS) histogram[data[i]]++;
    const table = tableFor(histogram);
    for (let i = c; i < data.length; i += CHANNELS) out[i] = table[data[i]];
  }
  return { width, height, data: out };
}
