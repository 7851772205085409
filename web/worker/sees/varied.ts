/** A few images of a dataset that differ: of all shapes, and of as many classes as possible. */

/** An image of which the shape is known. */
export interface Shaped {
  readonly id: number;
  readonly label: number;
  /** Width by height. */
  readonly aspect: number;
}

/**
 * The numbers of `count` images, or of all where there are fewer: from the narrowest to the widest in equal steps. Around
 * each step, the class counts that has been taken least.
 */
export function varied(images: readonly Shaped[], count: number): number[] {
  const sorted = images.toSorted((a, b) => a.aspect - b.aspect || a.id - b.id);
  if (sorted.length <= count) return sorted.map(({ id }) => id);
  const reach = Math.floor((sorted.length - 1) / (count - 1) / 2), taken = new Map<number, number>();
  return Array.from({ length: count }, (_, i) => {
    const at = Math.round(i * (sorted.length - 1) / (count - 1));
    const isEnd = i === 0 || i === count - 1;
    const near = isEnd
      ? [sorted[at]]
      : sorted.slice(Math.max(1, at - reach + 1), Math.min(at + reach, sorted.length - 1));
    const times = ({ label }: Shaped) => taken.get(label) ?? 0;
    const chosen = (near.length === 0 ? [sorted[at]] : near).reduce((best, each) =>
      times(each) < times(best) ? each : best
    );
    taken.set(chosen.label, times(chosen) + 1);
    return chosen.id;
  });
}

/** `count` of these numbers, or all where there are fewer, evenly spread. */
export function spread(ids: readonly number[], count: number): number[] {
  if (ids.length <= count) return [...ids];
  return Array.from({ length: count }, (_, i) => ids[Math.floor((i + 0.5) * ids.length / count)]);
}
