/** What is said where the files do not declare how bright their values are (portable/levels.ts). */
import { counted } from "../words.ts";

/** Counts the `assumedBits` of images, and puts the counts in words; undefined if nothing was assumed. */
export function describeRanges(assumed: Iterable<number | undefined>): string | undefined {
  const counts = new Map<number, number>();
  for (const bits of assumed) if (bits !== undefined) counts.set(bits, (counts.get(bits) ?? 0) + 1);
  if (counts.size === 0) return undefined;
  const total = counts.values().reduce((sum, count) => sum + count, 0);
  const parts = [...counts].sort(([a], [b]) => a - b).map(([bits, count]) =>
    `${count} as ${bits}-bit (values of at most ${2 ** bits - 1})`
  );
  return `${counted(total, "image")} scaled by own range, as no range is declared: ${parts.join(", ")}`;
}
